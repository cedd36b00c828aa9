import type { Spec } from '@diffeo/core';
import { couplingColumns } from '@diffeo/layers-coupling';
import { additive, affine, rationalQuadratic } from '@diffeo/ops';
import { refuse } from '../file/refuse.ts';
import type { Output } from '../networks/dense.ts';
import type { HostTree } from './host-params.ts';
import { below, indices, list, type PythonPart } from './python-part.ts';
import { affineScaleIn } from './python-scale.ts';
import type { Told } from './told.ts';
import { scaledBy, writeNetwork } from './write-network.ts';
import { splineIn } from './write-spline.ts';

interface CouplingConfig {
  readonly conditioner: Spec<'network'>;
  readonly transform: Spec<'transform'>;
}

/** A coupling of ours in its inverse direction, data to base, and whether nflows has it the other way round. */
export function writeCoupling(
  spec: Spec<'layer'>,
  tree: HostTree,
  features: number,
  contexts: number,
): { readonly part: PythonPart; readonly isInverse: boolean; readonly told: Told } {
  const { conditioner, transform } = spec.config as CouplingConfig;
  const { identityColumns, transformedColumns } = couplingColumns(spec, [features]);
  if (identityColumns.length === 0) refuse(tree.path, 'a coupling that keeps no number has no equivalent in nflows');
  const numbers = transformedColumns.length;
  const columns = Array.from({ length: numbers }, (_, i) => i);
  const mask = Array.from({ length: features }, (_, i) => (identityColumns.includes(i) ? -1 : 1));
  const written = (order: readonly Output[], make: (network: string) => string) => {
    const network = writeNetwork(conditioner, tree.at('network'), order, contexts);
    const part: PythonPart = {
      code: make(network.code),
      tensors: new Map([
        ['identity_features', indices(identityColumns)],
        ['transform_features', indices(transformedColumns)],
        ...below('transform_net', network),
      ]),
    };
    return { part, activation: network.activation };
  };
  if (transform.$type === additive.type) {
    const { part, activation } = written(
      columns.map((row) => ({ row })),
      (network) => `AdditiveCouplingTransform(${list(mask)}, ${network})`,
    );
    return { part, isInverse: true, told: { activation } };
  }
  if (transform.$type === affine.type) {
    const scale = affineScaleIn(tree.path, transform);
    // Ours are scales, then shifts.
    const { part, activation } = written(
      [...columns.map((i) => ({ row: numbers + i })), ...columns.map((row) => ({ row }))],
      (network) => `AffineCouplingTransform(${list(mask)}, ${network}, scale_activation=${scale})`,
    );
    return {
      part,
      isInverse: true,
      told: { activation, scaleActivation: transform.config as Record<string, unknown> },
    };
  }
  if (transform.$type !== rationalQuadratic.type) {
    return refuse(
      tree.path,
      `'${transform.$type}' has no equivalent in nflows; affine(), additive() and rationalQuadratic() have`,
    );
  }
  const { options, order, told } = splineIn(tree.path, transform, scaledBy(conditioner));
  const { part, activation } = written(
    order(numbers),
    (network) => `PiecewiseRationalQuadraticCouplingTransform(${list(mask)}, ${network}, ${options})`,
  );
  return { part, isInverse: false, told: { activation, ...told } };
}
