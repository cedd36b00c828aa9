import { into, type Points } from '../../trial/points.ts';
import type { RowMap } from '../../trial/subject.ts';
import { drawPoints, type Trial, widthOf } from '../../trial/trial.ts';

const extremes = [0, 1e-6, -1e-6, 10, -10, 1e3, -1e3];

/**
 * Rows with numbers at which formulas break: for each number one row that holds nothing else, and one that holds it in a
 * single entry among ordinary ones.
 */
export function extremePoints(trial: Trial, map: RowMap): Points {
  const numbers = [...extremes.map((value) => into(map.interval, value)), ...trial.settings.points];
  const width = widthOf(map);
  const points = drawPoints(trial, map, 2 * numbers.length, 'extremes');
  for (const [i, value] of numbers.entries()) {
    points.values.fill(value, 2 * i * width, (2 * i + 1) * width);
    points.values[(2 * i + 1) * width + (i % width)] = value;
  }
  return points;
}
