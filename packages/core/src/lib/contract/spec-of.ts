import { custom } from 'valibot';
import type { Kind, Spec } from './parts/spec.ts';

/** A schema for configurations that hold another part: `layer: specOf('layer')`. */
export const specOf = <K extends Kind>(kind: K) =>
  custom<Spec<K>>(
    (input) => typeof input === 'object' && input !== null && (input as Partial<Spec>).$kind === kind,
    `expected a ${kind}: what its definition returns`,
  );
