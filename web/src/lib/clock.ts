import dayjs from 'dayjs';
import relativeTime from 'dayjs/plugin/relativeTime';
import timezone from 'dayjs/plugin/timezone';
import utc from 'dayjs/plugin/utc';
import { useEffect, useState } from 'react';

dayjs.extend(relativeTime);
dayjs.extend(utc);
dayjs.extend(timezone);

let offset = 0;
let zone = 'Asia/Shanghai';

/** A tenant has its own time and zone: the server's clock, which a demonstration can move forward, read where the dealer is. */
export function setNow(tenant: { now: string; zone: string }) {
  const at = Date.parse(tenant.now);
  if (!Number.isNaN(at)) offset = at - Date.now();
  zone = tenant.zone;
}

const local = 'YYYY-MM-DDTHH:mm:ss';

export const now = () => dayjs(Date.now() + offset).tz(zone);
export const today = () => dayjs(now().format('YYYY-MM-DD'));
export const when = (iso: string) => dayjs(iso).tz(zone).format('YYYY-MM-DD HH:mm');
export const dayOf = (iso: string) => dayjs(iso).tz(zone).format('YYYY-MM-DD');
export const ago = (iso: string) => dayjs(iso).from(dayjs(Date.now() + offset));

/** What a date picker shows of an instant: the tenant's wall clock, whatever zone the browser is in. */
export const wall = (iso: string) => dayjs(dayjs(iso).tz(zone).format(local));
/** The instant of a wall clock that was picked. */
export const instant = (d: dayjs.Dayjs) => dayjs.tz(d.format(local), zone).toISOString().replace('.000', '');

export function useNow() {
  const [, tick] = useState(0);
  useEffect(() => {
    const t = setInterval(() => tick((n) => n + 1), 20_000);
    return () => clearInterval(t);
  }, []);
  return now();
}
