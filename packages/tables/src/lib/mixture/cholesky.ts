/** The lower Cholesky factor of a covariance of which the lower triangle is given, row-major; what rounding has made negative is held at a little. */
export function choleskyOf(covariance: Float64Array, size: number): Float64Array {
  const factor = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = covariance[i * size + j] as number;
      for (let k = 0; k < j; k++) rest -= (factor[i * size + k] as number) * (factor[j * size + k] as number);
      factor[i * size + j] = i === j ? Math.sqrt(Math.max(rest, 1e-9)) : rest / (factor[j * size + j] as number);
    }
  }
  return factor;
}

/** The inverse of a lower triangular matrix. */
export function lowerInverseOf(factor: Float64Array, size: number): Float64Array {
  const inverse = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const pivot = factor[i * size + i] as number;
    inverse[i * size + i] = 1 / pivot;
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let k = j; k < i; k++) sum += (factor[i * size + k] as number) * (inverse[k * size + j] as number);
      inverse[i * size + j] = -sum / pivot;
    }
  }
  return inverse;
}
