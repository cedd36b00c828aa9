import { getBackend, type Tensor } from '@tensorflow/tfjs-core';
import { DiffeoError } from '../contract/error.ts';

/**
 * Whether numbers can be read at once. Those of WebGPU must be waited for: tfjs reads them at once by way of a canvas, which gives
 * zeros where nothing is drawn, and says nothing.
 */
export const canReadNow = (): boolean => getBackend() !== 'webgpu';

/**
 * A tensor's numbers, for what computes from numbers while a flow is computed, which cannot wait.
 *
 * @param what that needs them, and what to do instead, for the message
 * @throws DiffeoError `BACKEND` where they cannot be read at once.
 */
export function readNow(tensor: Tensor, what: { readonly needs: string; readonly instead: string }): ArrayLike<number> {
  if (canReadNow()) return tensor.dataSync();
  throw new DiffeoError(
    'BACKEND',
    `${what.needs} numbers while the flow is computed, which the '${getBackend()}' backend gives to those who wait alone: ${what.instead}`,
  );
}
