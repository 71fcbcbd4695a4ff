// No letter or digit that is taken for another on paper.
const letters = 'abcdefghjkmnpqrstuvwxyz';
const digits = '23456789';

/** A first password that can be read out over the telephone: "mukora-4827-tisen". */
export function secret(): string {
  const random = crypto.getRandomValues(new Uint32Array(16));
  let at = 0;
  const some = (from: string, n: number) => Array.from({ length: n }, () => from[(random[at++] ?? 0) % from.length]).join('');
  return `${some(letters, 6)}-${some(digits, 4)}-${some(letters, 5)}`;
}
