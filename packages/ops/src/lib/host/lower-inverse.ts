/** The inverse of a lower triangular matrix, `[size × size]` row-major, on the host in float64. A zero on the diagonal gives an infinite one. */
export function lowerInverse(factor: Float64Array, size: number): Float64Array {
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
