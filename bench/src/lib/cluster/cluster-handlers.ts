/** What the threads of the benchmark import. */
import { type Handler, jobHandlers } from '@diffeo/cluster';
import { type FlowParams, normal } from '@diffeo/core';
import { couplingDefinitions } from '@diffeo/layers-coupling';
import { elementwiseDefinitions } from '@diffeo/layers-elementwise';
import { score } from '@diffeo/trainer';
import { bareType, scoredModel } from './scored-model.ts';

let started: Promise<FlowParams> | null = null;

/** Scores as many rows as a job has, which are there already: what is left of a job without files and engine. */
const bare: Handler = async (request) => {
  const { rows, columns } = request as { readonly rows: number; readonly columns: number };
  const model = scoredModel(columns);
  started ??= Promise.resolve(model.start(model.init(1), normal([1000, columns], 1)));
  const x = normal([rows, columns], 2);
  try {
    await score(model, await started, x);
    return new Uint8Array();
  } finally {
    x.dispose();
  }
};

export const handlers = {
  ...jobHandlers({ definitions: [...couplingDefinitions, ...elementwiseDefinitions] }),
  [bareType]: bare,
};
