import { pack, packedColumns, panelWidth } from '../memory/pack';
import { transpose } from '../simd/transpose';
import { findNonzeros, nonzeroStep } from '../sparse/nonzero-bits';
import { sparseRows } from '../sparse/sparse-rows';
import { denseRows } from './dense-rows';
import { block, edgeBytes, sparseShare } from './product';
import { hideUnseen, highest, runBegin, runEnd } from './seen';
import { maxSkinny } from './skinny-product';
import { maxSkinnyInner } from './skinny-rows';
import { skips, transposedStep, weightGradient } from './weight-gradient';

/**
 * What `weightGradient` does, where output j sees only the inputs k with from(k) ≤ to(j): the gradient of the other weights is zero,
 * and of those that no output of a panel sees nothing is computed.
 *
 * @param from a degree for each input
 * @param to a degree for each output
 * @param scratch `weightGradientScratch` bytes
 */
export function maskedWeightGradient(
  h: usize,
  dz: usize,
  rows: usize,
  inputs: usize,
  outputs: usize,
  skipZeros: bool,
  from: usize,
  to: usize,
  dW: usize,
  scratch: usize,
): void {
  const step: usize = 4 * outputs;
  if (inputs <= maxSkinny || outputs <= maxSkinny || rows <= maxSkinnyInner) {
    weightGradient(h, dz, rows, inputs, outputs, skipZeros, dW, scratch);
    hideUnseen(dW, step, inputs, outputs, from, to);
    return;
  }
  let a = h;
  let aRowStep: usize = 4;
  let aInnerStep: usize = 4 * inputs;
  let edge = scratch;
  const turned = skips(inputs, outputs, skipZeros);
  if (turned) {
    a = scratch;
    aRowStep = transposedStep(rows);
    aInnerStep = 4;
    edge = scratch + inputs * aRowStep;
    transpose(h, 4 * inputs, rows, inputs, a, aRowStep);
  }
  const padded: usize = 4 * packedColumns(outputs);
  const begin = edge + edgeBytes;
  const panels = begin + padded;
  const nonzeros = panels + rows * padded;
  const masksStep = nonzeroStep(rows);
  memory.fill(begin, 0, padded);
  memory.fill(dW, 0, inputs * step);
  pack(dz, step, 4, rows, outputs, panels);
  const sparse =
    turned && <f64>findNonzeros(a, aRowStep, inputs, rows, nonzeros) < sparseShare * <f64>rows * <f64>inputs;
  for (let j: usize = 0; j < outputs; j += 32) {
    const width = panelWidth(outputs - j);
    const given = min(width, outputs - j);
    const panel = panels + 4 * j * rows;
    const most = highest(to + 4 * j, given);
    const start = begin + 4 * j;
    for (let first = runBegin(from, 0, inputs, most); first < inputs; ) {
      const end = runEnd(from, first, inputs, most);
      const target = dW + first * step + 4 * j;
      for (let k: usize = 0; k < rows; k += block) {
        const depth = min(block, rows - k);
        const at = a + first * aRowStep + k * aInnerStep;
        const lines = panel + 4 * k * width;
        const add = k > 0;
        if (sparse && given == 32) {
          const own = nonzeros + first * masksStep + (k >> 3);
          sparseRows(
            at,
            aRowStep,
            4,
            own,
            masksStep,
            end - first,
            depth,
            lines,
            0,
            32,
            start,
            target,
            step,
            add,
            false,
            0,
            0,
            0,
          );
        } else {
          denseRows(
            at,
            aRowStep,
            aInnerStep,
            end - first,
            depth,
            lines,
            4 * width,
            given,
            start,
            target,
            step,
            add,
            false,
            edge,
          );
        }
      }
      first = runBegin(from, end, inputs, most);
    }
  }
  hideUnseen(dW, step, inputs, outputs, from, to);
}
