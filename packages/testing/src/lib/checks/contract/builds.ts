import { countTensors } from '../../numeric/count-tensors.ts';
import type { Check } from '../../plan/check.ts';
import { failed, passed } from '../../plan/outcome.ts';
import { buildSubject } from '../../trial/subject.ts';

/** Building works and allocates nothing, so that shapes can be looked at without a backend. */
export const builds: Check = {
  name: 'builds',
  holds: 'it is built where it is put, and building makes no tensor',
  allows: '–',
  run: ({ spec, place, settings }) => {
    const made = countTensors(() => buildSubject(spec, place, settings));
    if (made === 0) return passed('no tensor made');
    return failed(`Tensors made while building: ${made}. Parameters are made by init`);
  },
};
