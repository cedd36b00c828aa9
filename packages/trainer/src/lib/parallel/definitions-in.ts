import type { Definition } from '@diffeo/core';

const isDefinition = (value: unknown): value is Definition =>
  typeof value === 'function' && 'type' in value && 'kind' in value && 'contract' in value;

/** Every definition that a module exports, alone or in a list. */
export const definitionsIn = (module: object): Definition[] => [
  ...new Set(Object.values(module).flat().filter(isDefinition)),
];
