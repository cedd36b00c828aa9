import { DiffeoError } from '@diffeo/core';
import { shortName } from '@diffeo/core/arguments';
import type { Engine } from './engine.ts';
import { type LocalOptions, local } from './local.ts';
import { postgres } from './postgres.ts';

/**
 * The engine that a text names: `local`, or the address of a database.
 *
 * @throws DiffeoError `CONFIG`, `FILE`
 */
export function openEngine(name: string, options: Pick<LocalOptions, 'root' | 'build'> = {}): Engine {
  if (name === 'local') return local(options);
  if (/^postgres(ql)?:\/\//.test(name)) return postgres(name, options);
  throw new DiffeoError(
    'CONFIG',
    `there is no engine '${shortName(name)}': say local, or postgres://user:password@host:5432/database`,
  );
}
