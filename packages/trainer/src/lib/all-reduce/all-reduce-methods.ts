import { DiffeoError } from '@diffeo/core';
import { type AllReduceMethod, isAllReduceMethod, type ReducingPool } from '../executor/all-reduce.ts';
import { messageAllReduce } from './messages.ts';
import { sharedMemoryAllReduce } from './shared-memory.ts';

/** Those of this package, the fastest first. */
const methods: readonly AllReduceMethod[] = [sharedMemoryAllReduce, messageAllReduce];

/**
 * The way that was asked for, or the fastest that suits these workers.
 *
 * @throws DiffeoError `CONFIG` where that which was asked for does not suit.
 */
export function chooseAllReduce(pool: ReducingPool, asked: AllReduceMethod | undefined): AllReduceMethod {
  if (asked && !asked.suits(pool)) {
    throw new DiffeoError('CONFIG', `workers: these workers cannot add up by '${asked.type}'`);
  }
  return asked ?? (methods.find((method) => method.suits(pool)) as AllReduceMethod);
}

/**
 * The way of this type, among those of this package and of modules.
 *
 * @throws DiffeoError `UNKNOWN_TYPE`
 */
export function findAllReduce(type: string, modules: readonly object[]): AllReduceMethod {
  const exported = modules.flatMap((module) => Object.values(module)).filter(isAllReduceMethod);
  const found = [...methods, ...exported].find((method) => method.type === type);
  if (found) return found;
  throw new DiffeoError(
    'UNKNOWN_TYPE',
    `workers know no all-reduce '${type}': export it from a module and say where, workers: { count, allReduce, modules }`,
  );
}
