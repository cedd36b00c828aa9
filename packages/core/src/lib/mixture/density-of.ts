import { flow } from '../flow/flow.ts';
import type { Density } from '../flow/flow-contract.ts';
import type { DensitySpec } from '../flow/flow-spec.ts';
import { mixture } from './mixture.ts';

/** What a spec describes. */
export const densityOf = (spec: DensitySpec): Density =>
  'members' in spec ? mixture(spec.members.map(densityOf)) : flow(spec);
