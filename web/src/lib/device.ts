/** "Edge · Windows" out of what a browser says of itself; Edge calls itself Chrome too, and every one of them Safari. */
export function deviceOf(agent: string): string {
  const browser = /(Edg|Firefox|Chrome|Safari)\//.exec(agent.includes('Edg/') ? agent.slice(agent.indexOf('Edg/')) : agent)?.[1];
  const system = /(iPhone|iPad|Android|Windows|Mac OS X|Linux)/.exec(agent)?.[1];
  return [browser?.replace('Edg', 'Edge'), system?.replace('Mac OS X', 'macOS')].filter(Boolean).join(' · ') || agent.slice(0, 40);
}
