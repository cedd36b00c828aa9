import {
  type Bijector,
  type Definition,
  defineLayer,
  type Params,
  type Site,
  type Spec,
  type StartingData,
  sizeOf,
  specOf,
} from '@diffeo/core';
import { fixedRounds } from '@diffeo/core/engine';
import { mlp } from '@diffeo/networks';
import { reshape } from '@tensorflow/tfjs-core';
import {
  integer,
  literal,
  maxValue,
  minValue,
  number,
  optional,
  pipe,
  safeInteger,
  strictObject,
  union,
} from 'valibot';
import { buildTimeNetwork } from './field/time-network.ts';
import { type Divergence, fieldOfCall } from './field/vector-field.ts';
import { solveAdaptive } from './solvers/solve-adaptive.ts';
import { solveFixed } from './solvers/solve-fixed.ts';
import { type Solver, solverSchema } from './solvers/solver.ts';

/** What a continuous layer takes, with its defaults. */
export interface ContinuousConfig {
  readonly network: Spec<'network'>;
  readonly divergence: Divergence;
  readonly solver: Solver;
  readonly training: Solver;
}

interface ContinuousParams {
  readonly network: Params;
}

/** @param config with its defaults filled in */
function continuousMap(config: ContinuousConfig, site: Site): Bijector<ContinuousParams> {
  const { eventShape, name } = site;
  const size = sizeOf(eventShape);
  if (size === 0) site.fail('an event without numbers has nothing to move');
  const timed = buildTimeNetwork(config.network, eventShape, site.build);
  const { network } = timed;
  if (network.stack?.activation === 'relu') {
    site.fail(
      "the network's activation must be smooth, such as 'tanh': relu's divergence jumps, and no solver follows it",
    );
  }
  const { start } = network;

  const solve =
    (direction: 'forward' | 'inverse'): Bijector<ContinuousParams>['forward'] =>
    (params, point, call) => {
      const rows = point.shape[0] as number;
      const fieldOf = fieldOfCall({ timed, divergence: config.divergence, params: params.network, call, rows });
      const span = direction === 'forward' ? { from: 0, to: 1 } : { from: 1, to: 0 };
      const asked = call.seed === undefined ? config.solver : config.training;
      // Where values cannot be read, no row can choose its steps.
      const rounds = 'steps' in asked ? null : fixedRounds('its adaptive steps', null);
      const solver = rounds === null ? asked : ({ method: 'rk4', steps: rounds } as const);
      const from = reshape(point, [rows, size]);
      const { x, logDet } =
        'steps' in solver
          ? solveFixed(fieldOf(null), from, span, solver)
          : solveAdaptive(fieldOf, from, span, solver, name);
      return { value: reshape(x, point.shape), logDet: reshape(logDet, [rows]) };
    };

  return {
    eventShape,
    baseShape: eventShape,
    contextShape: network.contextShape,
    layout: { network: network.layout },
    init: (seed) => ({ network: network.init(seed) }),
    ...(start && {
      start: async (params: ContinuousParams, data: StartingData) => ({
        network: (await start(
          params.network,
          data.map((x, call) => ({ x: timed.input(reshape(x, [x.shape[0] as number, size]), 1), call })),
        )) as Params,
      }),
    }),
    forward: solve('forward'),
    inverse: solve('inverse'),
  };
}

const schema = strictObject({
  /**
   * The network of the velocity: it sees the point, the time as one more channel, and the context. Default: `mlp` of two hidden
   * layers of 64 units with tanh.
   */
  network: optional(specOf('network'), () => mlp({ hidden: [64, 64], activation: 'tanh' })),
  /**
   * `exact`, or Hutchinson's estimate from so many `probes` (random signs), the same for a whole solve. In training they are drawn
   * from the call's seed, for each row its own; in evaluations from `seed`, the same for all rows. Default `exact`.
   */
  divergence: optional(
    union(
      [
        literal('exact'),
        strictObject({
          probes: optional(pipe(number(), integer(), minValue(1), maxValue(1000)), 1),
          seed: optional(pipe(number(), safeInteger()), 0),
        }),
      ],
      "takes 'exact' or { probes, seed }",
    ),
    'exact',
  ),
  /** How densities and samples are solved for: adaptively by default, `{ tolerance: 1e-5 }`. */
  solver: optional(solverSchema, () => ({ tolerance: 1e-5 })),
  /** How it is solved in training, where the call has a seed: by default 8 steps of `rk4`. */
  training: optional(solverSchema, () => ({ steps: 8 })),
});

/**
 * A continuous flow (Chen et al. 2018, "Neural ordinary differential equations"; Grathwohl et al. 2019, "FFJORD"): points move
 * from base to data along a field that a network learns,
 *
 *   dx/dt = v(x, t, context),  t from 0 (base) to 1 (data),  d logDet/dt = div v (FFJORD, eq. 3)
 *
 * for events of any shape. The divergence is exact: in closed form where the network is an `mlp` of up to two hidden layers, by one
 * tangent a dimension for deeper ones, and by one gradient a dimension for other networks. Both directions are as good as the solver.
 *
 * Training, where the call has a seed, solves by few steps of one size; evaluations by steps that each row chooses for itself, whose
 * gradients are those of the steps taken.
 *
 * @throws DiffeoError `SHAPE`, when the flow is built, for a network with rectifiers; `INEXACT` where a row needs more evaluations
 * than the solver may take.
 */
export const continuous: Definition<'layer', typeof schema> = /* @__PURE__ */ defineLayer({
  type: '@diffeo/layers-continuous/continuous',
  version: 1,
  schema,
  build: continuousMap,
});
