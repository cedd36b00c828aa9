import {
  DiffeoError,
  diagonalNormal,
  type Flow,
  type FlowParams,
  type HostTensor,
  standardNormal,
  writeSafetensors,
} from '@diffeo/core';
import { requireParams } from '@diffeo/core/arguments';
import { refuse } from '../file/refuse.ts';
import type { NflowsRecipe } from '../nflows/nflows-recipe.ts';
import { type HostTree, hostTree } from './host-params.ts';
import { below, floats, type PythonPart } from './python-part.ts';
import { pythonSource } from './python-source.ts';
import { recipeFor } from './recipe-for.ts';
import { type WrittenLayer, writeLayer } from './write-layer.ts';

/** A model for PyTorch. */
export interface PyTorchModel {
  /** A safetensors file: the state dict. */
  readonly bytes: Uint8Array;
  /** A module of Python with `build()`, which makes the flow of nflows whose state dict it is. */
  readonly code: string;
  /** With which `importPyTorch` reads the file. */
  readonly recipe: NflowsRecipe;
}

function baseIn({ spec }: Flow, tree: HostTree, features: number): PythonPart {
  const base = spec.base ?? standardNormal();
  if (base.$type === standardNormal.type) return { code: `StandardNormal([${features}])`, tensors: new Map() };
  if (base.$type !== diagonalNormal.type)
    return refuse(tree.path, `the base '${base.$type}' has no equivalent in nflows`);
  const row = (name: string) => floats([1, features], tree.take(name).values);
  return {
    code: `DiagonalNormal([${features}])`,
    tensors: new Map([
      ['mean_', row('mean')],
      ['log_std_', row('logScale')],
    ]),
  };
}

/**
 * Writes a flow of vectors in the layout of the library nflows: its state dict as a safetensors file, and the Python that makes the model
 * for it. Couplings with `affine()`, `additive()` and `rationalQuadratic()`, autoregressive layers with splines, the inverse of one with `affine({ scale: 'softplus' })`, permutations, linear layers, actnorm and standardise have an
 * equivalent there.
 *
 * @throws DiffeoError `IMPORT` for what nflows has not, by its name; `SHAPE` for events that are no vectors; `UNSTARTED`; `PARAMETERS`.
 */
export async function toPyTorch(model: Flow, params: FlowParams): Promise<PyTorchModel> {
  requireParams(model.layout, params, 'toPyTorch');
  const { eventShape, contextShape, spec } = model;
  const [features] = eventShape;
  const isOfVectors = eventShape.length === 1 && (contextShape?.length ?? 1) === 1;
  if (!isOfVectors || features === undefined) {
    throw new DiffeoError(
      'SHAPE',
      `toPyTorch takes flows of vectors; this one is of events [${eventShape.join(', ')}]`,
    );
  }
  if (model.dequantizes) refuse('dequantize', 'a dequantizer has no equivalent in nflows');
  const tree = await hostTree(model, params);
  const contexts = contextShape?.[0] ?? 0;
  const layers: WrittenLayer[] = [];
  for (const [i, layer] of spec.layers.entries()) {
    const place = { tree: tree.at(`layers.${i}`), params: params.layers[i] ?? {}, features, contexts };
    layers.push(await writeLayer(layer, place));
  }
  const base = baseIn(model, tree.at('base'), features);
  const tensors = new Map<string, HostTensor>([
    ...layers.flatMap(({ part }, i) => below(`_transform._transforms.${i}`, part)),
    ...below('_distribution', base),
  ]);
  return {
    bytes: writeSafetensors({ tensors, metadata: {} }),
    code: pythonSource(
      layers.map(({ part }) => part.code),
      base.code,
      contexts,
    ),
    recipe: recipeFor(layers.map(({ told }) => told)),
  };
}
