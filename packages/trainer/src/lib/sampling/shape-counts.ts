/** Counts how often work of each kind comes, and forgets slowly what comes no more. */
export interface ShapeCounts {
  /** Counts one more of this kind. Returns how many there were lately. */
  add(key: string): number;
  /** How many there were lately. */
  of(key: string): number;
}

/** After so many calls every count is halved: so kinds that come no more make room, and there are never many more than this. */
const halfLife = 1024;

export function shapeCounts(): ShapeCounts {
  const counts = new Map<string, number>();
  let calls = 0;
  const halve = (): void => {
    for (const [key, count] of counts) {
      if (count < 2) counts.delete(key);
      else counts.set(key, count >> 1);
    }
  };
  return {
    add: (key) => {
      if (++calls % halfLife === 0) halve();
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      return count;
    },
    of: (key) => counts.get(key) ?? 0,
  };
}
