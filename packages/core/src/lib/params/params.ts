import type { Tensor } from '@tensorflow/tfjs-core';
import { describeValue } from '../arguments/describe-value.ts';
import { oneOf, trueOrFalse } from '../arguments/option-checks.ts';
import { type OptionChecks, requireOptions } from '../arguments/require-options.ts';
import { DiffeoError } from '../contract/error.ts';
import { areSizes, type Shape, sizeOf } from '../contract/shape.ts';

/**
 * A tree of plain tensors. `null` is a leaf that starts from data and has not started: it has no tensor in a file
 * either. Parameters are values: nothing in Diffeo changes or disposes the ones it is given.
 */
export type Params = Tensor | null | readonly Params[] | { readonly [name: string]: Params };

/** What a parameter does: it weighs what is summed up, is added, or scales. Optimisers treat them differently. */
export type LeafRole = 'weight' | 'bias' | 'scale';

/** What a leaf of a parameter tree is, known when the model is built. Made by {@link leaf}. */
export interface Leaf {
  readonly $leaf: true;
  readonly shape: Shape;
  /** int32 is never trainable. */
  readonly dtype: 'float32' | 'int32';
  /** False for what is fixed and yet saved: a permutation, signs, a standardiser's mean. */
  readonly trainable: boolean;
  /** Whether the leaf is `null` until `start`. */
  readonly fromData: boolean;
  /** Weights are what weight decay draws to 0. */
  readonly role: LeafRole;
}

/** A tree of leaves. */
export type LayoutTree = Leaf | readonly LayoutTree[] | { readonly [name: string]: LayoutTree };

/** The tree of leaves that describes parameters of type `P`. */
export type Layout<P = Params> = Params extends P
  ? LayoutTree
  : P extends Tensor | null
    ? Leaf
    : P extends readonly (infer Element)[]
      ? readonly Layout<Element>[]
      : { readonly [Name in keyof P]: Layout<P[Name]> };

/** A leaf with its place in the tree: `layers.3.network.0.weight`. The same path names tensors in files and errors. */
export interface NamedLeaf {
  readonly path: string;
  readonly leaf: Leaf;
  readonly tensor: Tensor | null;
}

/** What `leaf` takes beside a shape. */
export interface LeafOptions {
  /** Default true; never of int32. */
  readonly trainable?: boolean;
  /** Default false. */
  readonly fromData?: boolean;
  /** Default `float32`. */
  readonly dtype?: 'float32' | 'int32';
  /** Default: a weight if it is a matrix or has more axes, else a bias. */
  readonly role?: LeafRole;
}

const leafChecks: OptionChecks<LeafOptions> = {
  ...{ trainable: trueOrFalse, fromData: trueOrFalse },
  ...{ dtype: oneOf('float32', 'int32'), role: oneOf('weight', 'bias', 'scale') },
};

/**
 * Describes one tensor of a part's parameters.
 *
 * @throws DiffeoError `SHAPE`, `CONFIG` for a shape or options that are none.
 */
export function leaf(shape: Shape, options: LeafOptions = {}): Leaf {
  if (!areSizes(shape, 0)) {
    throw new DiffeoError('SHAPE', `leaf: the shape must be a list of whole numbers; got ${describeValue(shape)}`);
  }
  requireOptions('leaf', options, leafChecks);
  const { trainable = true, fromData = false, dtype = 'float32' } = options;
  const { role = shape.length > 1 ? 'weight' : 'bias' } = options;
  return { $leaf: true, shape, dtype, trainable: trainable && dtype === 'float32', fromData, role };
}

type Visit = (tensor: Tensor | null, path: string, leaf: Leaf) => Tensor | null;

const isLeaf = (node: LayoutTree): node is Leaf => (node as Leaf).$leaf === true;
const below = (path: string, name: string | number): string => (path ? `${path}.${name}` : `${name}`);

function visit(node: LayoutTree, params: Params | undefined, f: Visit, path: string): Params {
  if (isLeaf(node)) return f((params ?? null) as Tensor | null, path, node);
  if (Array.isArray(node)) {
    return node.map((child, i) => visit(child, (params as readonly Params[] | undefined)?.[i], f, below(path, i)));
  }
  return Object.fromEntries(
    Object.entries(node).map(([name, child]) => [
      name,
      visit(child, (params as Readonly<Record<string, Params>> | undefined)?.[name], f, below(path, name)),
    ]),
  );
}

/** A new tree with `f` applied to every leaf, in file order. */
export const mapParams = <P>(layout: LayoutTree, params: P, f: Visit): P => visit(layout, params as Params, f, '') as P;

/** The tree that a layout describes, built from nothing but the leaves' paths. */
export const buildParams = <P>(layout: LayoutTree, f: (path: string, leaf: Leaf) => Tensor | null): P =>
  visit(layout, undefined, (_, path, node) => f(path, node), '') as P;

/** The leaves in file order: the one walk that freezing, optimisers, averages, workers and files share. */
export function leaves<P>(layout: LayoutTree, params: P): readonly NamedLeaf[] {
  const found: NamedLeaf[] = [];
  mapParams(layout, params, (tensor, path, node) => {
    found.push({ path, leaf: node, tensor });
    return tensor;
  });
  return found;
}

/** Disposes every tensor of the tree. */
export function disposeParams<P>(layout: LayoutTree, params: P): void {
  for (const { tensor } of leaves(layout, params)) tensor?.dispose();
}

/** How many numbers the layout holds; `trainable: true` counts those that training changes. */
export function countParams(layout: LayoutTree, options: { readonly trainable?: boolean } = {}): number {
  requireOptions('countParams', options, { trainable: trueOrFalse });
  const { trainable } = options;
  const counted = leaves(layout, {}).filter(({ leaf: node }) => node.trainable === (trainable ?? node.trainable));
  return counted.reduce((count, { leaf: node }) => count + sizeOf(node.shape), 0);
}

/** Throws `UNSTARTED` when a leaf that starts from data is still `null`; `name` says whose. */
export function requireStarted<P>(layout: LayoutTree, params: P, name: string): void {
  const unstarted = leaves(layout, params).find(({ tensor }) => !tensor);
  if (!unstarted) return;
  throw new DiffeoError(
    'UNSTARTED',
    `${name}: '${unstarted.path}' starts from data and has not started. Call await model.start(params, x) with training data once, or load a trained model.`,
  );
}
