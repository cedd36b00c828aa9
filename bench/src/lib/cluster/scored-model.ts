import { type Flow, flow } from '@diffeo/core';
import { neuralSpline } from '@diffeo/layers-coupling';
import { standardise } from '@diffeo/layers-elementwise';

/** The type of jobs that read and write nothing. */
export const bareType = '@diffeo/bench/bare';

/** The flow that is scored with. */
export const scoredModel = (columns: number): Flow =>
  flow({ eventShape: [columns], layers: [standardise(), ...neuralSpline({ layers: 6, hidden: [64, 64] })] });
