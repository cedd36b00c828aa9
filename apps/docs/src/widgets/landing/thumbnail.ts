import type { ToyDensity } from '@diffeo/datasets';

const side = 44;
const count = 260;

/** A density as a handful of its samples. */
export function thumbnail(density: ToyDensity | undefined): string {
  if (!density) throw new Error('there is no such density');
  const { values } = density.sample(count, 3);
  const most = values.reduce((found, value) => Math.max(found, Math.abs(value)), 0);
  const place = (value: number): string => ((side / 2) * (1 + (0.92 * value) / most)).toFixed(1);
  let d = '';
  for (let i = 0; i < values.length; i += 2) {
    d += `M${place(values[i] as number)} ${place(-(values[i + 1] as number))}h0`;
  }
  return `<svg viewBox="0 0 ${side} ${side}" width="${side}" height="${side}" aria-hidden="true"><path d="${d}" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"/></svg>`;
}
