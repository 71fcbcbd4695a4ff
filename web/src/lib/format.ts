/** "1234567.00" becomes "¥1,234,567.00". The digits stay text: a sum is never a floating number. */
export function money(value: unknown): string {
  if (value === undefined || value === null || value === '') return '';
  const m = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(value));
  if (!m) return String(value);
  const [, sign, whole = '0', part = ''] = m;
  return `${sign === '-' ? '-' : ''}¥${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${part.padEnd(2, '0').slice(0, 2)}`;
}

/** A typed sum in the form of the API: two places, no separators; undefined when it is none. */
export function toMoney(value: unknown): string | undefined {
  const text = String(value ?? '').replace(/[¥￥,，\s]/g, '');
  const m = /^(-?)(\d+)(?:\.(\d{0,2}))?$/.exec(text);
  if (!m) return undefined;
  const [, sign, whole = '0', part = ''] = m;
  return `${sign}${whole.replace(/^0+(?=\d)/, '')}.${part.padEnd(2, '0')}`;
}

/** "13800138000" becomes "138 0013 8000"; a masked or foreign number stays as it is. */
export const mobile = (v: string) => (/^1[\d*]{10}$/.test(v) ? `${v.slice(0, 3)} ${v.slice(3, 7)} ${v.slice(7)}` : v);

/** "粤B12345" becomes "粤B·12345". */
export const plate = (v: string) => (/^\p{Script=Han}[A-Z][A-Z0-9]{5,6}$/u.test(v) ? `${v.slice(0, 2)}·${v.slice(2)}` : v);

/** 741 basis points become "7.41%". */
export const percent = (basisPoints: unknown) => `${Number((Number(basisPoints) / 100).toFixed(2))}%`;

export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  let n = bytes / 1024;
  const units = ['kB', 'MB', 'GB', 'TB'];
  while (n >= 1024 && units.length > 1) {
    n /= 1024;
    units.shift();
  }
  return `${n.toFixed(1)} ${units[0]}`;
}
