/** So many rows at a time stay in the second-level cache, and the weights are packed seldom enough. */
const blockRows = 1024;

/** How many events of so many rows each are done together by a kernel that keeps nothing. */
export const largestBlock = (events: number, rowsEach: number): number =>
  Math.min(events, Math.max(1, Math.floor(blockRows / rowsEach)));

/** Runs `f` on every block of events: a kernel that keeps nothing needs scratch for one block alone. */
export function eachBlock(events: number, block: number, f: (first: number, count: number) => void): void {
  for (let first = 0; first < events; first += block) f(first, Math.min(block, events - first));
}
