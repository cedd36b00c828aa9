import {
  buildParams,
  DiffeoError,
  type Flow,
  type FlowParams,
  flow,
  type Leaf,
  type Shape,
  type Spec,
  sameShape,
} from '@diffeo/core';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { HostLeaf, HostParams, Piece } from './piece.ts';

/** A model as an importer reads it from a state dict. */
export interface ReadModel {
  /** In the order in which data meet them. */
  readonly pieces: readonly Piece[];
  readonly eventShape: Shape;
  /** How many numbers a context has; 0 for none. */
  readonly contextFeatures: number;
  /** Default: the standard normal. */
  readonly base?: { readonly spec: Spec<'base'>; readonly params: HostParams };
}

/** The parameter at a path such as `layers.0.network.enter.weight`. */
function found(tree: HostParams, path: string): HostLeaf | undefined {
  let node: unknown = tree;
  for (const name of path.split('.')) node = (node as Readonly<Record<string, unknown>> | undefined)?.[name];
  return node as HostLeaf | undefined;
}

/** Tensors are made last, of what fits: whatever is refused leaves none behind. */
export function buildModel({ pieces, eventShape, contextFeatures, base }: ReadModel): {
  model: Flow;
  params: FlowParams;
} {
  const model = flow({
    eventShape,
    contextShape: contextFeatures > 0 ? [contextFeatures] : null,
    layers: pieces.map(({ spec }) => spec),
    ...(base && { base: base.spec }),
  });
  const tree: HostParams = { layers: pieces.map(({ params }) => params), base: base?.params ?? {} };
  const values = new Map<string, HostLeaf>();
  buildParams(model.layout, (path, leaf) => {
    values.set(path, fitting(path, leaf, found(tree, path)));
    return null;
  });
  const params = buildParams<FlowParams>(model.layout, (path, leaf): Tensor => {
    const { values: numbers } = values.get(path) as HostLeaf;
    const typed = leaf.dtype === 'int32' ? Int32Array.from(numbers) : Float32Array.from(numbers);
    return tensor(typed, [...leaf.shape], leaf.dtype);
  });
  return { model, params };
}

/** Throws `TENSOR_SHAPE` unless a parameter is as its layer needs it, and `OVERFLOW` where what was made of the file is beyond float32. */
function fitting(path: string, leaf: Leaf, host: HostLeaf | undefined): HostLeaf {
  if (host && sameShape(host.shape, leaf.shape)) {
    const beyond = Array.from(host.values).find((value) => !Number.isFinite(Math.fround(value)));
    if (beyond === undefined) return host;
    throw new DiffeoError('OVERFLOW', `the file gives '${path}' ${beyond}, which float32 cannot hold`);
  }
  const got = host ? `[${host.shape.join(', ')}]` : 'nothing';
  throw new DiffeoError(
    'TENSOR_SHAPE',
    `the file gives '${path}' ${got}, and the model needs [${leaf.shape.join(', ')}]`,
  );
}
