import type { Tensor } from '@tensorflow/tfjs-core';
import { DiffeoError } from '../contract/error.ts';
import type { LayoutTree, Leaf } from '../params/params.ts';
import { describeValue, shortName } from './describe-value.ts';
import { isTensor } from './is-tensor.ts';

const isLeaf = (node: LayoutTree): node is Leaf => (node as Leaf).$leaf === true;

/** Called for every tensor of every likelihood: what all tensors have is looked at, and nothing made. */
function leafFits({ shape, dtype, fromData }: Leaf, value: unknown): boolean {
  if (value === null) return fromData;
  if (typeof value !== 'object') return false;
  const tensor = value as Partial<Tensor>;
  if (tensor.isDisposed !== false || tensor.dtype !== dtype || tensor.shape?.length !== shape.length) return false;
  for (let axis = 0; axis < shape.length; axis++) if (tensor.shape[axis] !== shape[axis]) return false;
  return true;
}

/** Whether parameters are those of a layout. Called with every likelihood: it makes nothing. */
function fits(node: LayoutTree, params: unknown): boolean {
  if (isLeaf(node)) return leafFits(node, params);
  if (Array.isArray(node)) {
    if (!Array.isArray(params) || params.length !== node.length) return false;
    for (let i = 0; i < node.length; i++) if (!fits(node[i] as LayoutTree, params[i])) return false;
    return true;
  }
  if (typeof params !== 'object' || params === null) return false;
  let count = 0;
  for (const name in node) {
    count++;
    const own = (params as Readonly<Record<string, unknown>>)[name];
    if (!fits((node as Readonly<Record<string, LayoutTree>>)[name] as LayoutTree, own)) return false;
  }
  return Object.keys(params).length === count;
}

type Fault = readonly [code: string, message: string];

const described = ({ dtype, shape }: Leaf): string => `a ${dtype} tensor [${shape.join(', ')}]`;

function leafFault(leaf: Leaf, value: unknown, path: string): Fault | null {
  if (leafFits(leaf, value)) return null;
  if (value === null || value === undefined) {
    return ['MISSING_TENSOR', `'${path}' is missing, and the flow needs ${described(leaf)}`];
  }
  if (!isTensor(value))
    return ['PARAMETERS', `'${path}' is ${describeValue(value)}, and the flow needs ${described(leaf)}`];
  if (value.isDisposed) return ['PARAMETERS', `'${path}' has been disposed`];
  const code = value.dtype === leaf.dtype ? 'TENSOR_SHAPE' : 'TENSOR_DTYPE';
  return [code, `'${path}' is ${describeValue(value)}, and the flow needs ${described(leaf)}`];
}

const below = (path: string, name: string | number): string => (path ? `${path}.${name}` : `${name}`);

/** The first place at which parameters are not those of a layout. */
function findFault(node: LayoutTree, params: unknown, path: string): Fault | null {
  if (isLeaf(node)) return leafFault(node, params, path);
  const entries = Object.entries(node) as [string, LayoutTree][];
  const holds = typeof params === 'object' && params !== null && !isTensor(params);
  if (!holds && params !== null && params !== undefined) {
    return ['PARAMETERS', `'${path}' is ${describeValue(params)}, and the flow has ${entries.length} entries there`];
  }
  const own = (holds ? params : {}) as Readonly<Record<string, unknown>>;
  for (const [name, child] of entries) {
    const fault = findFault(child, own[name], below(path, name));
    if (fault) return fault;
  }
  const surplus = Object.keys(own).find((name) => !Object.hasOwn(node, name));
  if (surplus === undefined) return null;
  return ['SURPLUS_TENSOR', `they hold '${shortName(below(path, surplus))}', which the flow has no place for`];
}

/**
 * Holds parameters to a layout: the same tree, each tensor of its shape and type and none disposed. A leaf that starts
 * from data may be `null`.
 *
 * @param where begins the message, as in `logProb`
 * @throws DiffeoError `PARAMETERS`, `MISSING_TENSOR`, `SURPLUS_TENSOR`, `TENSOR_SHAPE`, `TENSOR_DTYPE`, with the path of the
 * first leaf that does not fit.
 */
export function requireParams(layout: LayoutTree, params: unknown, where: string): void {
  if (fits(layout, params)) return;
  if (typeof params !== 'object' || params === null || isTensor(params)) {
    throw new DiffeoError(
      'PARAMETERS',
      `${where}: parameters are what init, start, fit or load gives; got ${describeValue(params)}`,
    );
  }
  if (params instanceof Promise) {
    throw new DiffeoError('PARAMETERS', `${where}: got a promise of parameters, as start and fit give: await it first`);
  }
  const fault = findFault(layout, params, '');
  if (!fault) return;
  const [code, message] = fault;
  throw new DiffeoError(code, `${where}: the parameters do not fit this flow: ${message}`);
}
