/** An interval of the line, open or closed; `-Infinity` and `Infinity` where it has no end. */
export type Interval = readonly [low: number, high: number];
