import { disposeParams, type FlowParams, leaves, load, save } from '@diffeo/core';
import type { Check } from '../../plan/check.ts';
import { close, failed, type Outcome, passed, worst } from '../../plan/outcome.ts';
import { evaluate } from '../../trial/evaluate.ts';
import { definitionsOf } from '../../trial/nested-specs.ts';
import type { Points } from '../../trial/points.ts';
import { buildSubject } from '../../trial/subject.ts';
import { drawPoints, type Trial } from '../../trial/trial.ts';

const unstarted = (trial: Trial, params: FlowParams): string =>
  leaves(trial.model.layout, params)
    .filter(({ tensor }) => !tensor)
    .map(({ path }) => path)
    .join(', ');

/** Through bytes and back, built anew from the file alone. The caller disposes the parameters. */
async function reload(trial: Trial, params: FlowParams): Promise<Trial> {
  const bytes = await save(trial.model, params);
  const { model, params: read } = load(bytes, { definitions: definitionsOfModel(trial) });
  const [spec] = trial.kind === 'layer' ? model.spec.layers : [model.spec.base];
  return { ...buildSubject(spec ?? trial.spec, trial.place, trial.settings), params: read };
}

export const definitionsOfModel = ({ spec, model }: Trial) => [
  ...new Set([...definitionsOf(spec), ...(model.spec.base ? definitionsOf(model.spec.base) : [])]),
];

async function keepsUnstarted(trial: Trial): Promise<Outcome> {
  const initial = trial.model.init(trial.place.seed);
  const back = await reload(trial, initial);
  const [before, after] = [unstarted(trial, initial), unstarted(trial, back.params)];
  disposeParams(trial.model.layout, initial);
  disposeParams(trial.model.layout, back.params);
  return before === after ? passed() : failed(`Unstarted before saving: '${before}', after loading: '${after}'`);
}

/** A saved part, built anew from the file, gives the same results to the bit. */
export const saveLoad: Check = {
  name: 'save-load',
  holds: 'saved and loaded it gives the same results, bit for bit',
  allows: '0',
  run: async (trial) => {
    const { rows } = trial.settings;
    const batches = trial.maps.map((map) => drawPoints(trial, map, rows, 'saved'));
    // Other points first: state that hides in the part, filled by what it saw, does not come back from a file.
    for (const map of trial.maps) evaluate(trial, map, drawPoints(trial, map, rows, 'before saving'));
    const before = trial.maps.map((map, i) => evaluate(trial, map, batches[i] as Points));
    const back = await reload(trial, trial.params);
    try {
      const after = back.maps.map((map, i) => evaluate(back, map, batches[i] as Points));
      const same = trial.maps.flatMap((map, m) =>
        map.outputs.map(({ name }, i) =>
          close({
            what: `${map.name}.${name} after loading`,
            actual: after[m]?.[i] as Float32Array,
            expected: before[m]?.[i] as Float32Array,
            tolerance: 0,
            points: batches[m] as Points,
          }),
        ),
      );
      return worst([...same, await keepsUnstarted(trial)]);
    } finally {
      disposeParams(back.model.layout, back.params);
    }
  },
};
