import { baseChecks, layerChecks } from '../checks/all-checks.ts';
import type { PartKind } from '../trial/place.ts';
import type { Check } from './check.ts';

/** What a check is, for lists of them. */
export type CheckDescription = Pick<Check, 'name' | 'holds' | 'allows'>;

/** The checks of a layer or of a base distribution, in the order of a report. */
export const listChecks = (kind: PartKind): readonly CheckDescription[] =>
  (kind === 'layer' ? layerChecks : baseChecks).map(({ name, holds, allows }) => ({ name, holds, allows }));
