import type { Mode } from '../comparison/workload.ts';
import { denseShapes, type ModelSize } from './model-size.ts';

/**
 * Floating-point operations of a batch in a mode, as the products alone take them when nothing is skipped: two for each
 * weight and row, three times as many with both gradients. What all competitors are measured by, whatever they do.
 */
export function operationsOf(size: ModelSize, mode: Mode): number {
  const weights = denseShapes(size).reduce((sum, [inputs, outputs]) => sum + inputs * outputs, 0);
  return (mode === 'training' ? 3 : 1) * 2 * weights * size.layers * size.batch;
}
