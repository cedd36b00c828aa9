import { readNow } from '@diffeo/core/engine';
import type { Tensor } from '@tensorflow/tfjs-core';

/** The numbers of a tensor, for what works on the host. Throws DiffeoError `BACKEND` on WebGPU. */
export const readRows = (tensor: Tensor): ArrayLike<number> =>
  readNow(tensor, { needs: 'a mixed table is computed by the processor from', instead: "take the 'wasm' backend" });
