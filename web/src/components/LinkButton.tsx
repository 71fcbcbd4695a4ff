import { createLink } from '@tanstack/react-router';
import { Button, type ButtonProps } from 'antd';

// The router keeps the property named type for itself.
const Anchor = ({ look, ...rest }: ButtonProps & { look?: ButtonProps['type'] }) => <Button {...rest} type={look} />;

/** A link that looks like a button: one thing to press and to reach with the keyboard, where a button inside a link is two. */
export const LinkButton = createLink(Anchor);
