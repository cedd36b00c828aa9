import { DiffeoError } from '../contract/error.ts';
import { closestWord } from './closest-word.ts';
import { describeValue, shortName } from './describe-value.ts';
import { type OptionCheck, record } from './option-checks.ts';

/** A check for each option of a type: one that is forgotten here does not compile. */
export type OptionChecks<T> = { readonly [Name in keyof Required<T>]: OptionCheck };

/** Words of other libraries, and what they are called here. */
export type OtherWords<T> = Readonly<Record<string, keyof T & string>>;

function refuseName(where: string, name: string, known: readonly string[], others: Readonly<Record<string, string>>) {
  const meant = Object.hasOwn(others, name) ? others[name] : closestWord(name, known);
  const taken = known.length === 0 ? 'It takes none.' : `It takes ${known.join(', ')}.`;
  const advice = meant === undefined ? `. ${taken}` : `; did you mean '${meant}'? ${taken}`;
  throw new DiffeoError('CONFIG', `${where}: there is no option '${shortName(name)}'${advice}`);
}

function refuseValue(where: string, name: string, value: unknown, { expected, code, hint }: OptionCheck): never {
  const said = value === undefined ? `${where}: ${name} is missing: ${expected}` : null;
  throw new DiffeoError(
    code ?? 'CONFIG',
    said ?? `${where}: ${name} must be ${expected}; got ${describeValue(value)}${hint?.(value) ?? ''}`,
  );
}

/**
 * The one way in which options are checked: names that are none, and values that cannot be meant, are refused with what
 * would be right. An option that is `undefined` is absent.
 *
 * @example
 * requireOptions<{ steps?: number }>('fit', options, { steps: wholeNumber({ from: 1 }) }, { epochs: 'steps' });
 * // fit: there is no option 'epochs'; did you mean 'steps'? It takes steps.
 *
 * @throws DiffeoError `CONFIG`, or the code of the check that fails.
 */
export function requireOptions<T extends object>(
  where: string,
  options: T | undefined,
  known: OptionChecks<T>,
  others: OtherWords<T> = {},
): void {
  const checks = known as Readonly<Record<string, OptionCheck>>;
  if (options !== undefined) {
    if (!record.test(options)) {
      const names = Object.keys(checks);
      const taken = names.length === 0 ? '' : ` of ${names.join(', ')}`;
      throw new DiffeoError('CONFIG', `${where}: options are an object${taken}; got ${describeValue(options)}`);
    }
    for (const name of Object.keys(options)) {
      const value = (options as Readonly<Record<string, unknown>>)[name];
      if (value === undefined) continue;
      const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
      if (!check) refuseName(where, name, Object.keys(checks), others as Readonly<Record<string, string>>);
      else if (!check.test(value)) refuseValue(where, name, value, check);
    }
  }
  for (const name in checks) {
    const check = checks[name] as OptionCheck;
    if (check.required && (options as Readonly<Record<string, unknown>> | undefined)?.[name] === undefined) {
      refuseValue(where, name, undefined, check);
    }
  }
}
