import { DiffeoError, type Spec } from '@diffeo/core';
import { type Degrees, hiddenDegrees } from './degrees.ts';
import { maskedMlp } from './masked-mlp.ts';
import { maskedResidualMlp } from './masked-residual-mlp.ts';
import { type SequenceConfig, sequenceOf } from './sequence.ts';

/** What the units of a masked network see. */
export interface MaskedUnits {
  /** The inputs, first that which depends on none. */
  readonly sequence: Int32Array;
  /** Of each hidden layer the degrees of its units, as in `maskedMlp`; of residual blocks, whose layers all have the same, one list. */
  readonly degrees: readonly Degrees[];
}

interface Config {
  readonly sequence: SequenceConfig;
  readonly hidden?: readonly number[];
  readonly width?: number;
  readonly residual?: boolean;
  readonly degrees?: readonly number[] | readonly (readonly number[])[];
}

/**
 * The sequence and the degrees of a `maskedMlp()` or `maskedResidualMlp()` between so many inputs, with a context of so many numbers or none: what a
 * program in another language needs beside the model file, where they are mostly only named.
 *
 * @throws DiffeoError `SPEC` for another network, and for one that adds its input to a hidden layer of its width; `SHAPE` for a sequence that does
 * not fit the inputs.
 */
export function maskedUnits(spec: Spec<'network'>, inputs: number, contexts: number): MaskedUnits {
  const { sequence, hidden, width = 0, residual = false, degrees } = spec.config as Config;
  const isMlp = spec.$type === maskedMlp.type;
  if (!isMlp && spec.$type !== maskedResidualMlp.type) {
    throw new DiffeoError('SPEC', `maskedUnits takes a maskedMlp() or a maskedResidualMlp(); got '${spec.$type}'`);
  }
  if (isMlp && residual) {
    throw new DiffeoError(
      'SPEC',
      'maskedUnits: the units of maskedMlp({ residual: true }) depend on what stands before them',
    );
  }
  const given = (isMlp ? degrees : degrees && [degrees]) as readonly (readonly number[])[] | undefined;
  const widths = isMlp ? (hidden ?? []) : [width];
  return {
    sequence: sequenceOf(sequence, inputs),
    degrees: widths.map((units, i) => Int32Array.from(given?.[i] ?? hiddenDegrees(units, inputs, contexts > 0))),
  };
}
