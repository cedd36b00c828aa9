import type { Spec } from '@diffeo/core';
import { rationalQuadratic } from '@diffeo/ops';
import { refuse } from '../file/refuse.ts';
import { type SplineConvention, softplusOffset } from '../parts/spline-outputs.ts';
import { need } from '../recipe/need.ts';
import type { CouplingRecipe } from './nflows-recipe.ts';

/** nflows divides what becomes widths and heights by the root of its network's width, where the network says one. */
export const sizeFactor = (width: number | null | undefined): number => (width ? 1 / Math.sqrt(width) : 1);

/**
 * The rational-quadratic spline with so many parameters for each number: 3·bins − 1 with linear tails.
 *
 * @throws DiffeoError `IMPORT` for another number. Other splines that have by chance such a number are taken for these.
 */
export function splineOf(
  path: string,
  each: number,
  recipe: CouplingRecipe,
): { readonly transform: Spec<'transform'>; readonly convention: Omit<SplineConvention, 'sizeFactor'> } {
  const bins = (each + 1) / 3;
  if (!Number.isInteger(bins) || bins < 2) {
    refuse(
      path,
      `${each} parameters for each feature are not those of a rational-quadratic spline with linear tails (3·bins − 1), of an affine transform (2) or an additive one (1)`,
    );
  }
  const { minBinWidth = 1e-3, minBinHeight = 1e-3, minDerivative = 1e-3 } = recipe;
  const bound = need(recipe, 'tailBound', path, "the library's default is 1 in nflows, 3 in normflows");
  return {
    transform: rationalQuadratic({
      ...{ bins, bound },
      ...(minBinWidth !== 1e-3 && { leastWidth: minBinWidth }),
      ...(minBinHeight !== 1e-3 && { leastHeight: minBinHeight }),
      ...(minDerivative !== 1e-3 && { leastSlope: minDerivative }),
    }),
    convention: { bins, slopes: bins - 1, slopeOffset: softplusOffset(minDerivative) },
  };
}
