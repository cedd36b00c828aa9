import type { Spec } from '@diffeo/core';
import { affine, rationalQuadratic } from '@diffeo/ops';
import { refuse } from '../file/refuse.ts';
import type { Output } from '../networks/dense.ts';
import type { HostTree } from './host-params.ts';
import { below, type PythonPart } from './python-part.ts';
import type { Told } from './told.ts';
import { writeMade } from './write-made.ts';
import { splineIn } from './write-spline.ts';

/** The one affine map that nflows' masked layer has: softplus(a) + 1e-3 times a number, from what the network sees. */
function isOfNflows({ config }: Spec<'transform'>): boolean {
  const {
    scale,
    offset = 0,
    least = 1e-3,
    most,
  } = config as {
    scale?: string;
    offset?: number;
    least?: number;
    most?: number;
  };
  return scale === 'softplus' && offset === 0 && least === 1e-3 && most === undefined;
}

/** An autoregressive layer of ours in its inverse direction, data to base, and whether nflows has it the other way round. */
export function writeAutoregressive(
  spec: Spec<'layer'>,
  tree: HostTree,
  features: number,
  contexts: number,
): { readonly part: PythonPart; readonly isInverse: boolean; readonly told: Told } {
  const { conditioner, transform, conditionOn } = spec.config as {
    readonly conditioner: Spec<'network'>;
    readonly transform: Spec<'transform'>;
    readonly conditionOn: 'data' | 'base';
  };
  const written = (order: readonly Output[], name: string, options: string, told: Told) => {
    const network = writeMade(conditioner, tree.at('network'), order, { features, contexts });
    const part = {
      code: `${name}(${features}, ${network.options}${options})`,
      tensors: new Map(below('autoregressive_net', { code: '', tensors: network.tensors })),
    };
    return { part, told: { activation: network.activation, ...told } };
  };
  if (transform.$type === rationalQuadratic.type && conditionOn === 'data') {
    const { options, order, told } = splineIn(tree.path, transform, null);
    const name = 'MaskedPiecewiseRationalQuadraticAutoregressiveTransform';
    return { ...written(order(features), name, `, ${options}`, told), isInverse: false };
  }
  if (transform.$type === affine.type && conditionOn === 'base' && isOfNflows(transform)) {
    const order = Array.from({ length: 2 * features }, (_, at) => ({ row: (at % 2) * features + Math.floor(at / 2) }));
    return { ...written(order, 'MaskedAffineAutoregressiveTransform', '', {}), isInverse: true };
  }
  return refuse(
    tree.path,
    "autoregressive layers of nflows are those with rationalQuadratic() that see data, and with affine({ scale: 'softplus' }) that see the base, which invert() makes a MAF of",
  );
}
