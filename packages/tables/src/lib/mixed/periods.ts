/** What comes again in dates. */
const periodNames = ['daily', 'weekly', 'yearly'] as const;

export type Period = (typeof periodNames)[number];

/** Seconds. */
const seconds: Readonly<Record<Period, number>> = { daily: 86_400, weekly: 604_800, yearly: 365.2425 * 86_400 };

/** So many of a period must be there before it is found out: what came once may not come again. */
const fewestTimes: Readonly<Record<Period, number>> = { daily: 3, weekly: 4, yearly: 1.5 };

/** Of fewer different places in a period nothing is learned. */
const fewestPlaces = 4;

/** Whether sorted dates fall on several places in a period. */
function isSpread(dates: Float64Array, period: number): boolean {
  const places = new Set<number>();
  for (const date of dates) {
    const share = date / period - Math.floor(date / period);
    places.add(Math.round(48 * share) % 48);
    if (places.size >= fewestPlaces) return true;
  }
  return false;
}

/**
 * The periods of a column of dates, in the units of its numbers: those that were asked for, or all of which the dates have seen several.
 *
 * @param dates sorted
 * @param unit what 1 stands for, in seconds
 */
export function periodsOf(asked: readonly Period[] | undefined, dates: Float64Array, unit: number): readonly number[] {
  const span = ((dates.at(-1) ?? 0) - (dates[0] ?? 0)) * unit;
  const named =
    asked ??
    periodNames.filter((name) => span >= fewestTimes[name] * seconds[name] && isSpread(dates, seconds[name] / unit));
  // A day has no time.
  return named.map((name) => seconds[name] / unit).filter((period) => period > 1);
}
