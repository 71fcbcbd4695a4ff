import { RefSelect, type RefSelectProps } from './RefSelect';

/** An active person, found by name or login. */
export const PersonSelect = (props: RefSelectProps) => <RefSelect {...props} path="users" filter={'[["status","=","active"]]'} />;
