import { requireTensor } from '../arguments/require-tensor.ts';
import type { Call } from './parts/part.ts';

/** A call whose context is float32, which is what parts compute with: nearly always the call as it is. */
export const floatCall = (call: Call, who: string): Call =>
  call.context && call.context.dtype !== 'float32'
    ? { ...call, context: requireTensor(call.context, `${who}: the context`, 'CONTEXT') }
    : call;
