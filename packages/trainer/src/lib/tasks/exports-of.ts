import type { Definition } from '@diffeo/core';
import type { Augment } from '../data/augment.ts';
import { type AnyTask, isTask } from '../executor/task.ts';
import type { OptimiserDefinition } from '../optimisers/optimiser.ts';
import { isLoss, type Loss, type LossFunction } from '../training/loss.ts';

const isDefined = (value: unknown): value is Definition | OptimiserDefinition =>
  typeof value === 'function' && 'type' in value && 'kind' in value && 'contract' in value;

/** Everything that modules export, alone or in a list, each once. */
const exportsOf = (modules: readonly object[]): unknown[] => [
  ...new Set(modules.flatMap((module) => Object.values(module).flat())),
];
const isOptimiser = ({ kind }: Definition | OptimiserDefinition): boolean => kind === 'optimiser';

/** Every definition of a flow's parts that modules export. */
export const definitionsIn = (modules: readonly object[]): Definition[] =>
  exportsOf(modules)
    .filter(isDefined)
    .filter((defined): defined is Definition => !isOptimiser(defined));

/** Every optimiser that modules define. */
export const optimisersIn = (modules: readonly object[]): OptimiserDefinition[] =>
  exportsOf(modules)
    .filter(isDefined)
    .filter((defined): defined is OptimiserDefinition => isOptimiser(defined));

/** Every task that modules define. */
export const tasksIn = (modules: readonly object[]): AnyTask[] => exportsOf(modules).filter(isTask);

/** What the first module that has one exports as `augment`. */
export function augmentIn(modules: readonly object[]): Augment | null {
  for (const module of modules) {
    if ('augment' in module && typeof module.augment === 'function') return module.augment as Augment;
  }
  return null;
}

/** What the first module that has one exports as `loss`. */
export function lossIn(modules: readonly object[]): Loss | LossFunction | null {
  for (const module of modules) if ('loss' in module && isLoss(module.loss)) return module.loss;
  return null;
}
