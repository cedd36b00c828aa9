import { duration } from './duration.ts';
import { say } from './say.ts';

/** Milliseconds between two lines of one kind of member. */
const pause = 5000;
/** Of less, nothing follows for what is left, seconds. */
const soon = 2;

/** Says on stderr how far the fit of a table is and about how long it goes on: where another kind of member begins, and every few seconds. */
export function fittingProgress(): (done: number, what: string) => void {
  const began = performance.now();
  let [said, last] = ['', began];
  return (done, what) => {
    const now = performance.now();
    if (what === '' || (what === said && now - last < pause)) return;
    [said, last] = [what, now];
    const seconds = (now - began) / 1000;
    const left = done > 0 && seconds > soon ? ` · about ${duration((seconds / done) * (1 - done))} left` : '';
    say(`${Math.round(100 * done)} % · ${what}${left}`);
  };
}
