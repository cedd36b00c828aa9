import type { Definition } from '@diffeo/core';
import type { OptimiserDefinition } from '../optimisers/optimiser.ts';

const isDefined = (value: unknown): value is Definition | OptimiserDefinition =>
  typeof value === 'function' && 'type' in value && 'kind' in value && 'contract' in value;

const definedIn = (module: object) => [...new Set(Object.values(module).flat().filter(isDefined))];
const isOptimiser = ({ kind }: Definition | OptimiserDefinition): boolean => kind === 'optimiser';

/** Every definition of a flow's parts that a module exports, alone or in a list. */
export const definitionsIn = (module: object): Definition[] =>
  definedIn(module).filter((defined): defined is Definition => !isOptimiser(defined));

/** Every optimiser that a module defines. */
export const optimisersIn = (module: object): OptimiserDefinition[] =>
  definedIn(module).filter((defined): defined is OptimiserDefinition => isOptimiser(defined));
