import dayjs from 'dayjs';
import relativeTime from 'dayjs/plugin/relativeTime';
import { useEffect, useState } from 'react';

dayjs.extend(relativeTime);

let offset = 0;

/** A tenant has its own time: that of the server, which a demonstration can move forward. */
export function setNow(iso: string) {
  const at = Date.parse(iso);
  if (!Number.isNaN(at)) offset = at - Date.now();
}

export const now = () => dayjs(Date.now() + offset);
export const when = (iso: string) => dayjs(iso).format('YYYY-MM-DD HH:mm');
export const ago = (iso: string) => dayjs(iso).from(now());

export function useNow() {
  const [, tick] = useState(0);
  useEffect(() => {
    const t = setInterval(() => tick((n) => n + 1), 20_000);
    return () => clearInterval(t);
  }, []);
  return now();
}
