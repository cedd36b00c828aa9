import type { Check } from '../../plan/check.ts';
import { close, type Outcome, worst } from '../../plan/outcome.ts';
import { evaluate } from '../../trial/evaluate.ts';
import { takeRows } from '../../trial/points.ts';
import type { RowMap } from '../../trial/subject.ts';
import { toleranceText } from '../../trial/tolerance.ts';
import { drawPoints, type Trial, valuesByPath } from '../../trial/trial.ts';

function compare(trial: Trial, map: RowMap, params: ReadonlyMap<string, Float64Array>): readonly Outcome[] {
  const { [map.name]: reference } = trial.settings.reference;
  if (!reference) return [];
  const points = drawPoints(trial, map, trial.settings.rows, 'reference');
  const expected: number[][] = map.outputs.map(() => []);
  for (let row = 0; row < points.rows; row++) {
    const { values, context } = takeRows(points, [row]);
    const found = reference(Float64Array.from(values), params, context && Float64Array.from(context));
    const outputs = typeof found === 'number' ? [[found]] : [Array.from(found.value), [found.logDet]];
    for (const [i, output] of outputs.entries()) expected[i]?.push(...output);
  }
  return evaluate(trial, map, points).map((actual, i) => {
    const what = `${map.name}.${map.outputs[i]?.name} against its reference`;
    const { [i === 0 ? 'roundTrip' : 'logDet']: tolerance } = trial.tolerances;
    return close({ what, actual, expected: expected[i] as number[], tolerance, points });
  });
}

/** It computes what its author says it computes: an inverse pair that holds together may still be another map. */
export const reference: Check = {
  name: 'reference',
  holds: 'it computes what the reference computes in float64',
  allows: toleranceText.roundTrip,
  applies: ({ maps, settings }) => maps.some(({ name }) => settings.reference[name] !== undefined),
  run: (trial) => {
    const params = valuesByPath(trial, trial.params);
    return worst(trial.maps.flatMap((map) => compare(trial, map, params)));
  },
};
