import type { Spec } from '@diffeo/core';
import { mlp, residualMlp } from '@diffeo/networks';
import { refuse } from '../file/refuse.ts';
import { type Dense, type Output, rearranged } from '../networks/dense.ts';
import type { HostTree } from './host-params.ts';
import { linear, type PythonPart } from './python-part.ts';

/** Activations in Python, by their names here. */
export const activations: Readonly<Record<string, string>> = {
  relu: 'torch.relu',
  tanh: 'torch.tanh',
  elu: 'torch.nn.functional.elu',
  sigmoid: 'torch.sigmoid',
};

/** A conditioner in Python: the function that makes it, of inputs and outputs, and what a spline's sizes are divided by there. */
export interface PythonNetwork extends PythonPart {
  readonly activation: string;
}

/** How wide a network is whose width nflows divides a spline's sizes by; `null` for a network of which it does not know it. */
export const scaledBy = (spec: Spec<'network'>): number | null =>
  spec.$type === residualMlp.type ? ((spec.config as { width: number }).width ?? null) : null;

/** A conditioner of ours as a network of nflows, its outputs in another order. */
export function writeNetwork(
  spec: Spec<'network'>,
  tree: HostTree,
  order: readonly Output[],
  contexts: number,
): PythonNetwork {
  if (spec.$type === residualMlp.type) return residualNet(spec, tree, order, contexts);
  if (spec.$type === mlp.type) return perceptron(spec, tree, order);
  return refuse(
    tree.path,
    `'${spec.$type}' has no equivalent in nflows; mlp() and residualMlp({ preactivation: true }) have`,
  );
}

function perceptron(spec: Spec<'network'>, tree: HostTree, order: readonly Output[]): PythonNetwork {
  const { hidden, activation, residual, circular } = spec.config as {
    hidden: readonly number[];
    activation: string;
    residual: boolean;
    circular?: number;
  };
  if (residual) refuse(tree.path, 'mlp({ residual: true }) has no equivalent in nflows');
  if (circular !== undefined) refuse(tree.path, 'mlp({ circular }) has no equivalent in nflows');
  const layers: Dense[] = [...hidden, 0].map((_, i) => tree.dense(`${i}`));
  const last = rearranged(layers.pop() as Dense, order);
  return {
    activation,
    code: `lambda i, o: Perceptron(i, o, [${hidden.join(', ')}], ${activations[activation]}, context)`,
    tensors: new Map([...layers, last].flatMap((layer, i) => linear(`layers.${i}`, layer))),
  };
}

function residualNet(spec: Spec<'network'>, tree: HostTree, order: readonly Output[], contexts: number): PythonNetwork {
  const config = spec.config as {
    width: number;
    blocks: number;
    activation: string;
    layerNorm: boolean;
    preactivation?: boolean;
    context?: string;
  };
  const { width, blocks, activation } = config;
  const isGated = config.context === 'gate';
  if (!config.preactivation || config.layerNorm || isGated !== contexts > 0) {
    refuse(
      tree.path,
      "ResidualNet of nflows is residualMlp({ preactivation: true }), with context: 'gate' where there is one, and without layerNorm",
    );
  }
  return {
    activation,
    code: `lambda i, o: ResidualNet(i, o, ${width}, context_features=context, num_blocks=${blocks}, activation=${activations[activation]})`,
    tensors: new Map([
      ...linear('initial_layer', tree.dense('enter')),
      ...Array.from({ length: blocks }, (_, i) => [
        ...linear(`blocks.${i}.linear_layers.0`, tree.dense(`blocks.${i}.layers.0`)),
        ...linear(`blocks.${i}.linear_layers.1`, tree.dense(`blocks.${i}.layers.1`)),
        ...(isGated ? linear(`blocks.${i}.context_layer`, tree.dense(`blocks.${i}.gate`)) : []),
      ]).flat(),
      ...linear('final_layer', rearranged(tree.dense('leave'), order)),
    ]),
  };
}
