import { flow, type HostTensor, invert, type Params, type Spec, shuffled } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { autoregressive } from '@diffeo/layers-autoregressive';
import { coupling } from '@diffeo/layers-coupling';
import { standardise } from '@diffeo/layers-elementwise';
import { actnorm } from '@diffeo/layers-glow';
import { linearDefinitions, permute, reverse } from '@diffeo/layers-linear';
import { eye, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { refuse } from '../file/refuse.ts';
import type { HostTree } from './host-params.ts';
import { floats, indices, list, type PythonPart, yes } from './python-part.ts';
import type { Told } from './told.ts';
import { writeAutoregressive } from './write-autoregressive.ts';
import { writeCoupling } from './write-coupling.ts';

/** A layer in Python, and what a recipe says of it. */
export interface WrittenLayer {
  readonly part: PythonPart;
  readonly told: Told;
}

/** What surrounds a layer. */
export interface LayerPlace {
  readonly tree: HostTree;
  readonly params: Params;
  readonly features: number;
  readonly contexts: number;
}

const plain = (code: string, ...tensors: [string, HostTensor][]): WrittenLayer => ({
  part: { code, tensors: new Map(tensors) },
  told: {},
});

const inverseOf = ({ code, tensors }: PythonPart): PythonPart => ({
  code: `InverseTransform(${code})`,
  tensors: new Map([...tensors].map(([name, tensor]) => [`_transform.${name}`, tensor])),
});

/**
 * `NaiveLinear` of nflows is z = W·x + bias: by the layer's own map of the unit vectors without its bias, since digits of W would be lost beside
 * a large one, and by that of 0 with it.
 */
async function naiveLinear(spec: Spec<'layer'>, params: Params, features: number): Promise<WrittenLayer> {
  const { bijector } = flow({ eventShape: [features], layers: [spec] });
  const map = (own: Params, points: Tensor): Tensor => bijector.inverse([own], points, {}).value;
  const mapped = tidied(() => {
    const unbiased = params && 'bias' in params ? { ...params, bias: zeros([features]) } : params;
    return [map(unbiased, eye(features)), map(params, zeros([1, features]))] as const;
  });
  const [columns, bias] = (await Promise.all(mapped.map((tensor) => tensor.data()))) as [Float32Array, Float32Array];
  for (const tensor of mapped) tensor.dispose();
  const weight = columns.map((_, k) => columns[(k % features) * features + Math.floor(k / features)] as number);
  return plain(
    `NaiveLinear(${features})`,
    ['_weight', floats([features, features], weight)],
    ['bias', floats([features], bias)],
  );
}

/** Whether a layer is z = W·x + bias, for a W and a bias that may be 0. */
const isLinear = (type: string): boolean =>
  type.startsWith('@diffeo/layers-linear/') && linearDefinitions.some((definition) => definition.type === type);

function permutation(spec: Spec<'layer'>, features: number): WrittenLayer {
  const config = spec.config as { permutation?: readonly number[]; seed?: number };
  const reversed = Array.from({ length: features }, (_, i) => features - 1 - i);
  const order =
    spec.$type === reverse.type ? reversed : (config.permutation ?? [...shuffled(features, config.seed as number)]);
  return plain(`Permutation(torch.tensor(${list(order)}))`, ['_permutation', indices(order)]);
}

/** `ActNorm` of nflows is z = x·exp(log_scale) + shift. */
function actNorm(tree: HostTree, features: number): WrittenLayer {
  const [shift, logScale] = [tree.take('shift').values, Array.from(tree.take('logScale').values)];
  const own = logScale.map((s, i) => -(shift[i] as number) * Math.exp(-s));
  return plain(
    `ActNorm(${features})`,
    [
      'log_scale',
      floats(
        [features],
        logScale.map((s) => -s),
      ),
    ],
    ['shift', floats([features], own)],
    ['initialized', yes],
  );
}

/** `PointwiseAffineTransform` is z = x·scale + shift. */
function pointwiseAffine(tree: HostTree, features: number): WrittenLayer {
  const [mean, scale] = [tree.take('mean').values, Array.from(tree.take('scale').values)];
  const shift = scale.map((s, i) => -(mean[i] as number) / s);
  return plain(
    `PointwiseAffineTransform(torch.zeros(${features}), torch.ones(${features}))`,
    [
      '_scale',
      floats(
        [features],
        scale.map((s) => 1 / s),
      ),
    ],
    ['_shift', floats([features], shift)],
  );
}

/**
 * A layer as a transform of nflows, which maps data to base.
 *
 * @throws DiffeoError `IMPORT` for a layer that nflows has not, by its name.
 */
export async function writeLayer(
  spec: Spec<'layer'>,
  { tree, params, features, contexts }: LayerPlace,
): Promise<WrittenLayer> {
  const inner = spec.$type === invert.type ? (spec.config as { layer: Spec<'layer'> }).layer : null;
  switch ((inner ?? spec).$type) {
    case autoregressive.type:
    case coupling.type: {
      const write = (inner ?? spec).$type === coupling.type ? writeCoupling : writeAutoregressive;
      const { part, isInverse, told } = write(inner ?? spec, tree, features, contexts);
      return { part: isInverse === (inner === null) ? inverseOf(part) : part, told };
    }
    case permute.type:
    case reverse.type: {
      const { part, told } = permutation(inner ?? spec, features);
      return { part: inner ? inverseOf(part) : part, told };
    }
    case actnorm.type:
      return actNorm(tree, features);
    case standardise.type:
      return pointwiseAffine(tree, features);
    default:
      if (isLinear((inner ?? spec).$type)) return await naiveLinear(spec, params, features);
      return refuse(tree.path, `the layer '${spec.$type}' has no equivalent in nflows`);
  }
}
