import { refuse } from '../file/refuse.ts';
import { type StateDict, takeIndices } from '../file/state-dict.ts';
import { matrixPiece, permutation, scaleAndShift } from '../parts/affine-pieces.ts';
import type { ReadModel } from '../parts/build-model.ts';
import { run } from '../parts/coupling-piece.ts';
import type { Piece } from '../parts/piece.ts';
import { need } from '../recipe/need.ts';
import { couplingBlock, oneSidedCoupling } from './coupling-blocks.ts';
import type { FreiaRecipe } from './freia-recipe.ts';

interface Read {
  readonly pieces: readonly Piece[];
  readonly features: number;
  readonly contextFeatures: number;
}

/** The logarithm of the global scale by its raw number. */
const globalScales = {
  SIGMOID: (a: number) => Math.log(10 / (1 + Math.exp(2 - a))),
  SOFTPLUS: (a: number) => Math.log(0.2 * (Math.max(a / 2, 0) + Math.log1p(Math.exp(-Math.abs(a / 2))))),
  EXP: (a: number) => a,
} as const;

/** `AllInOneBlock`: a coupling, one scale and shift for each feature, and a permutation or a rotation. */
function allInOne(dict: StateDict, recipe: FreiaRecipe): Read {
  const { values: raw, shape } = dict.take('global_scale');
  if (shape.length !== 2) refuse(dict.path, 'images have no equivalent here');
  if (dict.has('vk_householder')) refuse(dict.path, 'learned_householder_permutation has no equivalent here');
  const { piece, contextFeatures } = oneSidedCoupling(dict, raw.length, recipe);
  const type = need(recipe, 'globalAffineType', dict.path, "'SOFTPLUS' is FrEIA's default");
  const logScale = [...raw].map(globalScales[type]);
  const mixed = dict.take('w_perm');
  dict.take('w_perm_inv');
  const mixing =
    mixed.shape.length === 1 ? permutation([...mixed.values]) : matrixPiece(mixed.values, raw.length, null);
  const pieces = [piece, scaleAndShift(logScale, [...dict.take('global_offset').values]), mixing];
  return { pieces, features: raw.length, contextFeatures };
}

function readModule(dict: StateDict, recipe: FreiaRecipe): Read {
  if (dict.has('global_scale')) return allInOne(dict, recipe);
  if (['subnet1', 'subnet_s1', 'F'].some((name) => dict.has(name))) return couplingBlock(dict, recipe);
  if (dict.has('perm_inv')) {
    dict.take('perm_inv');
    const order = takeIndices(dict, 'perm');
    return { pieces: [permutation(order)], features: order.length, contextFeatures: 0 };
  }
  if (dict.has('loc') && dict.has('log_scale')) {
    if (dict.take('is_initialized').values[0] === 0) refuse(dict.path, 'an ActNorm that has not been initialised');
    const logScale = [...dict.take('log_scale').values].map((s) => -s);
    const shift = [...dict.take('loc').values].map((loc, i) => -loc * Math.exp(logScale[i] as number));
    return { pieces: [scaleAndShift(logScale, shift)], features: shift.length, contextFeatures: 0 };
  }
  return refuse(dict.path, `no module that is known here has tensors called ${dict.children().join(', ')}`);
}

/** The state dict of a `SequenceINN` of FrEIA, whose forward direction maps data to a standard normal. */
export function readFreia(dict: StateDict, recipe: FreiaRecipe): ReadModel {
  const list = dict.at('module_list');
  const beyond = list.children().find((name) => Number(name) >= recipe.modules);
  if (beyond !== undefined) refuse(`module_list.${beyond}`, `the recipe says ${recipe.modules} modules`);
  const reads = run(0, recipe.modules).map((i) => {
    if (!list.has(`${i}`)) refuse(`module_list.${i}`, 'a module without tensors has no equivalent here');
    return readModule(list.at(`${i}`), recipe);
  });
  return {
    pieces: reads.flatMap(({ pieces }) => pieces),
    eventShape: [Math.max(...reads.map(({ features }) => features))],
    contextFeatures: Math.max(...reads.map(({ contextFeatures }) => contextFeatures)),
  };
}
