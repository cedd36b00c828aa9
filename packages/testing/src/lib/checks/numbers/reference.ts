import type { Check } from '../../plan/check.ts';
import { close, type Outcome, worst } from '../../plan/outcome.ts';
import { evaluate } from '../../trial/evaluate.ts';
import { takeRows } from '../../trial/points.ts';
import type { RowMap } from '../../trial/subject.ts';
import { toleranceText } from '../../trial/tolerance.ts';
import { drawPoints, hostLeaves, type Trial } from '../../trial/trial.ts';

/** The numbers of each leaf by its path within the part. */
function paramsOf(trial: Trial): ReadonlyMap<string, Float64Array> {
  const within = trial.kind === 'layer' ? 'layers.0.' : 'base.';
  const found = new Map<string, Float64Array>();
  for (const [path, values] of hostLeaves(trial, trial.params)) {
    if (path.startsWith(within)) found.set(path.slice(within.length), Float64Array.from(values ?? []));
  }
  return found;
}

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
    const params = paramsOf(trial);
    return worst(trial.maps.flatMap((map) => compare(trial, map, params)));
  },
};
