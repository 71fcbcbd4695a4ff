import { useTranslation } from 'react-i18next';
import type { UsageDay } from './queries';

export type Measure = 'users' | 'activeUsers' | 'storageBytes' | 'changes' | 'calls';

// A young account set has few days: they stand at the right of a month, not as one wide bar.
const fewest = 30;
const high = 100;

/** One measure by day, as bars; a day without a count is a gap. */
export function UsageChart({ days, measure, say }: { days: UsageDay[]; measure: Measure; say: (n: number) => string }) {
  const { t } = useTranslation();
  const points = days.flatMap((d, i) => (d[measure] === null ? [] : [{ day: d.day, i, n: Number(d[measure]) }]));
  const last = points.at(-1);
  if (!last) return null;
  const most = Math.max(...points.map((p) => p.n));
  const slots = Math.max(fewest, days.length);
  const words = t('platform.chartOf', {
    what: t(`platform.${measure}`),
    from: days[0]?.day,
    to: last.day,
    last: say(last.n),
    most: say(most),
  });
  return (
    <figure className="fc-usage">
      <figcaption className="fc-soft">{words}</figcaption>
      <svg viewBox={`0 0 ${slots} ${high}`} preserveAspectRatio="none" role="img" aria-label={words}>
        {points.map((p) => {
          const height = most === 0 ? 0 : (p.n / most) * high;
          return (
            <rect key={p.day} x={slots - days.length + p.i + 0.15} y={high - height} width={0.7} height={height}>
              <title>{`${p.day}  ${say(p.n)}`}</title>
            </rect>
          );
        })}
      </svg>
    </figure>
  );
}
