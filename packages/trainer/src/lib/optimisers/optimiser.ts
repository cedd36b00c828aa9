import type { LayoutTree, LeafRole, Params } from '@diffeo/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { GenericSchema } from 'valibot';
import { definePart, type PartDefinition, type PartSpec } from './define-part.ts';

/** An optimiser as JSON. */
export type OptimiserSpec = PartSpec<'optimiser'>;

/** What is trained: the numbers of its leaves, one after another, are one vector. */
export interface TrainedLeaf {
  readonly path: string;
  readonly size: number;
  readonly role: LeafRole;
}

/** Where an optimiser is built. */
export interface OptimiserSite {
  readonly leaves: readonly TrainedLeaf[];
  /** How many numbers they have. */
  readonly size: number;
  /** Builds an optimiser inside this one. */
  build(spec: OptimiserSpec): Optimiser;
}

/** What an update is made of besides a gradient and state. */
export interface UpdateContext {
  /** The parameters before the step, `[size]`. */
  readonly parameters: Tensor;
  /** Steps count from 1. */
  readonly step: number;
  readonly learningRate: number;
}

/** What is added to the parameters, and the state for the next step. */
export interface Update {
  /** `[size]` */
  readonly update: Tensor;
  readonly state: Params;
}

/** Constants of Adam, for the kernel that takes its steps in place. */
export interface FusedAdam {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** How much of the parameters' size a learning rate of 1 takes away, and which leaves it is taken from. */
  readonly decay: number;
  readonly decays: readonly boolean[];
}

/**
 * A pure pair of `init` and `update` over one vector of all trained numbers, as in optax: it owns nothing and remembers nothing
 * but its state. What goes in is a gradient, or the update of the optimiser before it in a chain.
 */
export interface Optimiser {
  /** What the state is: checkpoints keep its leaves in order. */
  readonly layout: LayoutTree;
  /** The state before the first step. */
  init(): Params;
  update(gradient: Tensor, state: Params, context: UpdateContext): Update;
  /** Where the steps are those of Adam, so that a kernel can take them. Its state is `mean` and `square`. */
  readonly fused?: FusedAdam;
}

/** What makes specs of a kind of optimiser. */
// biome-ignore lint/suspicious/noExplicitAny: lists hold optimisers of any configuration
export type OptimiserDefinition<S extends GenericSchema = any> = PartDefinition<
  'optimiser',
  OptimiserSite,
  Optimiser,
  S
>;

/** How an optimiser is made of its configuration. */
interface OptimiserOptions<S extends GenericSchema> {
  /** `<package>/<name>`, the key in checkpoints. */
  readonly type: string;
  /** The version of the configuration's schema. */
  readonly version: number;
  readonly schema: S;
  build: Parameters<typeof definePart<'optimiser', S, OptimiserSite, Optimiser>>[0]['build'];
}

/** Defines an optimiser. */
export const defineOptimiser = <S extends GenericSchema>(options: OptimiserOptions<S>): OptimiserDefinition<S> =>
  definePart({ ...options, kind: 'optimiser' });
