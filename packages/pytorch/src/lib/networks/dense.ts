import { refuse } from '../file/refuse.ts';
import type { StateDict } from '../file/state-dict.ts';
import type { HostParams } from '../parts/piece.ts';

/** A `torch.nn.Linear`: W·x + b. */
export interface Dense {
  readonly inputs: number;
  readonly outputs: number;
  /** Row-major `[outputs, inputs]`. */
  readonly weight: Float64Array;
  readonly bias: Float64Array;
}

/** The linear layer whose tensors are `weight` and, unless it has none, `bias`. */
export function takeDense(dict: StateDict): Dense {
  const weight = dict.take('weight');
  const [outputs, inputs] = weight.shape;
  if (weight.shape.length !== 2 || outputs === undefined || inputs === undefined) {
    refuse(dict.path, `its weight is [${weight.shape.join(', ')}], and only linear layers of vectors are read here`);
  }
  const bias = dict.has('bias') ? dict.take('bias').values : new Float64Array(outputs);
  if (bias.length !== outputs) refuse(dict.path, `its bias has ${bias.length} numbers for ${outputs} outputs`);
  return { inputs, outputs, weight: weight.values, bias };
}

/** As the parameters of a layer of ours, whose weight is `[inputs, outputs]`. */
export function layerOf({ inputs, outputs, weight, bias }: Dense): {
  readonly weight: HostParams;
  readonly bias: HostParams;
} {
  const transposed = new Float64Array(inputs * outputs);
  for (let i = 0; i < outputs; i++)
    for (let j = 0; j < inputs; j++) transposed[j * outputs + i] = weight[i * inputs + j] as number;
  return {
    weight: { shape: [inputs, outputs], values: transposed },
    bias: { shape: [outputs], values: bias },
  };
}

/** An output of a network: which one of another's, times a factor, plus an offset. */
export interface Output {
  readonly row: number;
  readonly factor?: number;
  readonly offset?: number;
}

/** A last layer whose outputs are those of another in another order, scaled and shifted. */
export function rearranged({ inputs, weight, bias }: Dense, order: readonly Output[]): Dense {
  const outputs = order.length;
  const moved = { weight: new Float64Array(outputs * inputs), bias: new Float64Array(outputs) };
  for (const [i, { row, factor = 1, offset = 0 }] of order.entries()) {
    for (let j = 0; j < inputs; j++) moved.weight[i * inputs + j] = factor * (weight[row * inputs + j] as number);
    moved.bias[i] = factor * (bias[row] as number) + offset;
  }
  return { inputs, outputs, ...moved };
}
