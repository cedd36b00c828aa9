import { DiffeoError, type Flow, type FlowParams, leaves, type Shape } from '@diffeo/core';
import type { Dense } from '../networks/dense.ts';

/** The numbers of a model's parameters on the host, by where they stand in its tree. */
export interface HostTree {
  readonly path: string;
  at(name: string): HostTree;
  /** The numbers at a leaf. */
  take(name: string): { readonly shape: Shape; readonly values: ArrayLike<number> };
  /** The weight and bias at a name, as PyTorch has them: `[outputs, inputs]`. */
  dense(name: string): Dense;
}

/** Reads all parameters back. */
export async function hostTree(model: Flow, params: FlowParams): Promise<HostTree> {
  const found = new Map<string, { shape: Shape; values: ArrayLike<number> }>();
  for (const { path, leaf, tensor } of leaves(model.layout, params)) {
    if (!tensor) throw new DiffeoError('UNSTARTED', `toPyTorch: '${path}' starts from data and has not started`);
    found.set(path, { shape: leaf.shape, values: await tensor.data() });
  }
  const tree = (path: string): HostTree => {
    const whole = (name: string): string => (path ? `${path}.${name}` : name);
    const take: HostTree['take'] = (name) => {
      const leaf = found.get(whole(name));
      if (!leaf) throw new DiffeoError('PARAMETERS', `toPyTorch: there is no parameter '${whole(name)}'`);
      return leaf;
    };
    return {
      path,
      take,
      at: (name) => tree(whole(name)),
      dense: (name) => {
        const { shape, values } = take(`${name}.weight`);
        const [inputs = 0, outputs = 0] = shape;
        const weight = Float64Array.from({ length: inputs * outputs }, (_, k) => {
          const [row, column] = [Math.floor(k / inputs), k % inputs];
          return values[column * outputs + row] as number;
        });
        return { inputs, outputs, weight, bias: Float64Array.from(take(`${name}.bias`).values) };
      },
    };
  };
  return tree('');
}
