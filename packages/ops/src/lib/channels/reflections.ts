import { product } from '@diffeo/core/engine';
import { add, eye, mul, sub, type Tensor, transpose } from '@tensorflow/tfjs-core';
import { triangleMask } from './triangle-mask.ts';
import { triangularInverse } from './triangular-inverse.ts';

/**
 * A product of Householder's reflections H₁…H_k, `[size, size]`, where H = I − 2·v·vᵀ/|v|², in one go: I − Vᵀ·T⁻¹·V with T = strictly upper(V·Vᵀ) + ½·diag(V·Vᵀ)
 * (Joffrain et al. 2006, "Accumulating Householder transformations, revisited"). `normals`: V, `[k, size]`, of any length; one of length 0 reflects nothing.
 */
export function reflections(normals: Tensor): Tensor {
  const [count, size] = normals.shape as [number, number];
  const gram = product(normals, transpose(normals));
  const diagonal = mul(triangleMask(count, 'diagonal'), add(mul(gram, 0.5), 1e-12));
  const t = add(mul(gram, triangleMask(count, 'upper')), diagonal);
  const inverse = triangularInverse(t, { triangle: 'upper' });
  return sub(eye(size), product(transpose(normals), product(inverse, normals)));
}
