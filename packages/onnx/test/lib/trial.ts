import type { Kind } from '@diffeo/core';
import type { OnnxRuntime } from './onnx-runtime.ts';

/** A part of ours, or a preset, that is held to the library's own results in a runtime of ONNX. */
export interface Trial {
  readonly kind: Kind | 'preset';
  /** The part's type, or the preset's name. */
  readonly name: string;
  /** Its configuration, and for which events. */
  readonly detail: string;
  /** How far it may be off, relative to max(1, |value|). */
  readonly allowed: number;
  /** How far it is off. Throws `EXPORT` where the part is refused. */
  error(runtime: OnnxRuntime): Promise<number>;
}
