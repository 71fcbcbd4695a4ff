import { useTranslation } from 'react-i18next';
import type { UsageDay } from './queries';

export type Measure = 'users' | 'activeUsers' | 'storageBytes' | 'changes' | 'calls';

const wide = 720;
const high = 150;
const edge = { left: 8, right: 8, top: 18, bottom: 20 };

/** One measure by day: a line with its last value written at its end. Days without a count leave a gap. */
export function UsageChart({ days, measure, say }: { days: UsageDay[]; measure: Measure; say: (n: number) => string }) {
  const { t } = useTranslation();
  const points = days.flatMap((d, i) => (d[measure] === null ? [] : [{ day: d.day, i, n: Number(d[measure]) }]));
  const last = points.at(-1);
  if (!last) return null;
  const top = Math.max(1, ...points.map((p) => p.n));
  const x = (i: number) => edge.left + (days.length === 1 ? 0.5 : i / (days.length - 1)) * (wide - edge.left - edge.right);
  const y = (n: number) => edge.top + (1 - n / top) * (high - edge.top - edge.bottom);
  const most = points.find((p) => p.n === top) ?? last;
  return (
    <svg
      className="fc-usage"
      viewBox={`0 0 ${wide} ${high}`}
      role="img"
      aria-label={t('platform.chartOf', {
        what: t(`platform.${measure}`),
        from: days[0]?.day,
        to: last.day,
        last: say(last.n),
        most: say(top),
      })}
    >
      <line x1={edge.left} x2={wide - edge.right} y1={y(0)} y2={y(0)} className="base" />
      <polyline points={points.map((p) => `${x(p.i)},${y(p.n)}`).join(' ')} />
      {points.map((p) => (
        <circle key={p.day} cx={x(p.i)} cy={y(p.n)} r={p === last || p === most ? 3.5 : 2}>
          <title>{`${p.day}  ${say(p.n)}`}</title>
        </circle>
      ))}
      {most !== last && (
        <text x={x(most.i)} y={y(most.n) - 7} textAnchor={most.i * 2 > days.length ? 'end' : 'start'}>
          {say(most.n)}
        </text>
      )}
      <text x={x(last.i)} y={y(last.n) - 7} textAnchor={days.length === 1 ? 'middle' : 'end'}>
        {say(last.n)}
      </text>
      <text x={edge.left} y={high - 4} className="axis">
        {days[0]?.day}
      </text>
      {days.length > 1 && (
        <text x={wide - edge.right} y={high - 4} textAnchor="end" className="axis">
          {days.at(-1)?.day}
        </text>
      )}
    </svg>
  );
}
