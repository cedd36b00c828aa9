import type { Check } from '../../plan/check.ts';
import { close, type Outcome, worst } from '../../plan/outcome.ts';
import { evaluate } from '../../trial/evaluate.ts';
import { type Points, takeRows } from '../../trial/points.ts';
import type { RowMap } from '../../trial/subject.ts';
import { toleranceText } from '../../trial/tolerance.ts';
import { drawPoints, type Trial } from '../../trial/trial.ts';

function compare(trial: Trial, map: RowMap, points: Points): readonly Outcome[] {
  const { rows } = points;
  const whole = evaluate(trial, map, points);
  const order = [...Array(rows).keys()];
  const others = drawPoints(trial, map, rows, 'strangers');
  const among = { ...others, values: others.values.slice(), context: others.context?.slice() ?? null };
  const width = points.values.length / rows;
  among.values.set(points.values.subarray(0, width));
  if (points.context) among.context?.set(points.context.subarray(0, points.context.length / rows));
  const variants: [string, readonly number[], Points][] = [
    ['each row in a batch of its own', order, points],
    ['the rows in reverse', [...order].reverse(), takeRows(points, [...order].reverse())],
    ['the first row three times', [0, 0, 0], takeRows(points, [0, 0, 0])],
    ['the first row among strangers', [0], among],
  ];
  return variants.flatMap(([what, origins, batch], variant) => {
    const found =
      variant === 0 ? order.map((row) => evaluate(trial, map, takeRows(points, [row]))) : [evaluate(trial, map, batch)];
    return map.outputs.map(({ name }, output) => {
      const expected = whole[output] as Float32Array;
      const size = expected.length / rows;
      const numbers = found.flatMap((outputs) => [...(outputs[output] as Float32Array)]);
      return close({
        what: `${map.name}.${name}, ${what}, against the batch of ${rows}`,
        actual: numbers.slice(0, origins.length * size),
        expected: origins.flatMap((row) => [...expected.subarray(row * size, row * size + size)]),
        tolerance: trial.tolerances.rows,
        points: takeRows(points, origins),
      });
    });
  });
}

/** What becomes of a row depends on that row alone. */
export const rowsAlone: Check = {
  name: 'rows-alone',
  holds: 'each row is treated alone: the batch around it, its place in it and its size change nothing',
  allows: toleranceText.rows,
  run: (trial) =>
    worst(trial.maps.flatMap((map) => compare(trial, map, drawPoints(trial, map, trial.settings.rows, 'rows')))),
};
