import { Input, type InputProps } from 'antd';

/** A code of six digits, or a recovery code. The phone's keyboard offers what it just received. */
export const CodeInput = (props: InputProps) => (
  <Input
    className="fc-mono"
    autoComplete="one-time-code"
    inputMode="text"
    autoCapitalize="characters"
    maxLength={40}
    autoFocus
    {...props}
  />
);
