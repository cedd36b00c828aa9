import {
  add,
  argMax,
  equal,
  expandDims,
  log,
  neg,
  reshape,
  stack,
  sub,
  type Tensor,
  where,
  zeros,
} from '@tensorflow/tfjs-core';
import { requireParams } from '../arguments/require-params.ts';
import { logSumExpOfLast } from '../bases/log-sum-exp.ts';
import { DiffeoError } from '../contract/error.ts';
import { isObject } from '../contract/is-object.ts';
import { sameShape } from '../contract/shape.ts';
import type { Density } from '../flow/flow-contract.ts';
import type { MixtureSpec } from '../flow/flow-spec.ts';
import { tidied } from '../gradients/engine.ts';
import { type Layout, leaf, type Params } from '../params/params.ts';
import { fold, requireSeed, type Seed, uniform } from '../params/seed.ts';

/** One tree for the weights of a mixture and all that its members learn or keep. */
export interface MixtureParams {
  /** `[members]`: the weights' logarithms, up to a number that is added to all. */
  readonly logits: Tensor;
  readonly members: readonly Params[];
}

/** Densities of which each has a share of the probability. */
export interface Mixture extends Density<MixtureParams> {
  readonly spec: MixtureSpec;
  readonly members: readonly Density[];
}

/** What belongs to one flow, and what is missing where there are several. */
const ofOneFlow = [
  'bijector',
  'toBase',
  'toData',
  'trace',
  'sampleWithLogProb',
  'drawBase',
  'drawNoise',
  'latents',
  'baseShape',
];

function requireMembers(members: readonly Density[]): Density {
  const [first] = Array.isArray(members) ? members : [];
  const stray = first ? members.findIndex((member) => !isObject(member) || !isObject(member['layout'])) : 0;
  if (!first || stray >= 0) {
    throw new DiffeoError(
      'SPEC',
      `mixture: members must be a list of what flow() or mixture() gives; see members.${stray}`,
    );
  }
  for (const [i, { eventShape, contextShape, dequantizes }] of members.entries()) {
    const alike = sameShape(eventShape, first.eventShape) && sameShape(contextShape ?? [0], first.contextShape ?? [0]);
    if (!alike)
      throw new DiffeoError('SHAPE', `mixture: members.${i} is of another event or context shape than the first`);
    // One's score is of a whole number, the other's of a point: they do not add up.
    if (dequantizes !== first.dequantizes)
      throw new DiffeoError('SPEC', `mixture: either all members dequantize or none; see members.${i}`);
  }
  return first;
}

/**
 * A mixture of densities with the same event shape and context: log p(x) = log Σ wᵢ pᵢ(x). The weights are parameters, equal at first.
 * Its members are parts of it: it starts, has gradients, saves and loads as one model.
 *
 * What needs the one point of the base from which a sample comes (`toBase`, temperatures, interpolation) is refused, since there is none.
 *
 * @throws DiffeoError `SPEC` for what are not densities, `SHAPE` where they do not go together.
 */
export function mixture(members: readonly Density[]): Mixture {
  const { eventShape, contextShape, dequantizer, dequantizes } = requireMembers(members);
  const own = [...members];
  const count = own.length;
  const layout = {
    logits: leaf([count]),
    members: own.map((member) => member.layout),
  } as unknown as Layout<MixtureParams>;
  const seedOf = (seed: Seed | undefined, i: number) => (seed === undefined ? {} : { seed: fold(seed, i) });
  const refuse = (what: string) => {
    const [why, advice] = ['points of its data come from no one point of a base', 'ask one of its members'];
    throw new DiffeoError('SPEC', `a mixture of ${count} has no ${what}: ${why}; ${advice}`);
  };

  const model: Mixture = {
    spec: { members: own.map(({ spec }) => spec) },
    ...{ eventShape, contextShape, layout, dequantizer, dequantizes, members: own },
    init: (seed) => {
      requireSeed(seed, 'the seed');
      return { logits: zeros([count]), members: own.map((member, i) => member.init(fold(seed, i))) };
    },
    start: async ({ logits, members: given }, data, options) => {
      const started: Params[] = [];
      for (const [i, member] of own.entries()) started.push(await member.start(given[i], data, options));
      return { logits, members: started };
    },
    logProb: (params, x, options = {}) =>
      tidied(() => {
        requireParams(layout, params, 'logProb');
        const { logits } = params;
        const each = own.map((member, i) =>
          member.logProb(params.members[i], x, { ...options, ...seedOf(options.seed, i) }),
        );
        const joint = add(stack(each, 1), expandDims(logits, 0));
        return sub(logSumExpOfLast(joint), logSumExpOfLast(logits));
      }),
    sample: (params, options) =>
      tidied(() => {
        requireParams(layout, params, 'sample');
        if ((options.temperature ?? 1) !== 1) refuse('temperature');
        const drawn = own.map((member, i) =>
          member.sample(params.members[i], { ...options, ...seedOf(options.seed, i) }),
        );
        // The member with the largest of logit + Gumbel noise is drawn with its weight, and nothing is read back.
        const noise = neg(log(neg(log(uniform([options.count, count], fold(options.seed, 'member'))))));
        const chosen = reshape(argMax(add(noise, expandDims(params.logits, 0)), 1), [
          options.count,
          ...eventShape.map(() => 1),
        ]);
        return drawn.reduce((value, samples, i) => where(equal(chosen, i), samples, value));
      }),
  };
  for (const name of ofOneFlow) {
    Object.defineProperty(model, name, { get: () => refuse(name), enumerable: false });
  }
  return model;
}
