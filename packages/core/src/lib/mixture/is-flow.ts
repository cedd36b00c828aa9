import type { Density, Flow } from '../flow/flow-contract.ts';

/** Whether a density is one flow, and no mixture of several. */
export const isFlow = (model: Density): model is Flow => !('members' in model.spec);
