import { refuse } from '../file/refuse.ts';
import type { StateDict } from '../file/state-dict.ts';
import type { HostLeaf } from '../parts/piece.ts';
import type { Dense } from './dense.ts';

/** A `torch.nn.Conv2d`, its filters as the rows of a linear layer of all that they see: channel by channel, each row by row. */
export interface Convolution extends Dense {
  readonly channels: number;
  readonly side: number;
}

/** The convolution whose tensors are `weight` and, unless it has none, `bias`. */
export function takeConvolution(dict: StateDict): Convolution {
  const { shape, values } = dict.take('weight');
  const [outputs = 0, channels = 0, side = 0, width = 0] = shape;
  if (shape.length !== 4 || side !== width || side % 2 === 0) {
    refuse(
      dict.path,
      `its weight is [${shape.join(', ')}], and only convolutions with square filters of an odd side are read`,
    );
  }
  const bias = dict.has('bias') ? dict.take('bias').values : new Float64Array(outputs);
  return { inputs: channels * side * side, outputs, weight: values, bias, channels, side };
}

/** As the parameters of a layer of ours, whose filters are `[side, side, channels, outputs]`. */
export function filterOf({ channels, side, outputs, weight, bias }: Convolution): {
  readonly filter: HostLeaf;
  readonly bias: HostLeaf;
} {
  const pixels = side * side;
  const filter = new Float64Array(weight.length);
  for (let output = 0; output < outputs; output++)
    for (let channel = 0; channel < channels; channel++)
      for (let pixel = 0; pixel < pixels; pixel++)
        filter[(pixel * channels + channel) * outputs + output] = weight[
          (output * channels + channel) * pixels + pixel
        ] as number;
  return {
    filter: { shape: [side, side, channels, outputs], values: filter },
    bias: { shape: [outputs], values: bias },
  };
}
