import { coreDefinitions, type Definition, type Density, DiffeoError, type Loaded, load } from '@diffeo/core';
import { listOf, required, requireOptions, shortName, text } from '@diffeo/core/arguments';
import { typesOf } from '@diffeo/core/engine';
import { definitionsIn } from '../tasks/exports-of.ts';
import { callersPackage, entryOf, type InstalledPackage, isPackageName, packageAround } from './installed-packages.ts';
import { packageOf } from './package-of.ts';

/** Whose packages a model file may be made of. */
export interface LoadAnyOptions {
  /**
   * The caller's own module, `import.meta.url`, or a path: what the package around it depends on may be imported, if that depends on
   * `@diffeo/core` itself; and what such a package depends on, by the same rule.
   */
  readonly from: string | URL;
  /** Packages that may be imported beside these, by name: of a file that you trust, say. */
  readonly packages?: readonly string[];
  /** Definitions that are at hand already. Types that they have are not looked for. */
  readonly definitions?: readonly Definition[];
}

const core = '@diffeo/core';

/** Refuses a package, before anything of it has run. */
function refuse(type: string, why: string): never {
  const name = shortName(packageOf(type));
  throw new DiffeoError(
    'UNKNOWN_TYPE',
    `the model has a part '${shortName(type)}', and ${why}. Nothing of it was run. If you trust it: npm install ${name}, or packages: ['${name}']; or give its definitions.`,
  );
}

/** The modules of packages that a file names, as far as the caller has agreed to them. Imports nothing. */
function modulesFor(types: readonly string[], { from, packages = [] }: LoadAnyOptions): URL[] {
  const caller = callersPackage(from);
  const named = new Set(packages);
  const found = new Map<string, URL>();
  /** Packages whose dependencies may be imported: the caller's, and those that are imported. */
  const trusted: InstalledPackage[] = [caller];
  for (const type of types) {
    const name = packageOf(type);
    if (found.has(name)) continue;
    if (!isPackageName(name)) refuse(type, 'that names no package');
    const holders = named.has(name) ? trusted : trusted.filter(({ dependencies }) => dependencies.has(name));
    if (holders.length === 0) refuse(type, `'${shortName(name)}' is not a dependency of ${caller.file}`);
    const entry = holders.map((holder) => entryOf(name, holder)).find((url) => url !== null);
    if (!entry) refuse(type, `'${shortName(name)}' is not installed`);
    const installed = packageAround(entry, name);
    // Whatever else is installed has nothing to define, and might do something when it is imported.
    if (!named.has(name) && !installed?.dependencies.has(core)) {
      refuse(type, `'${shortName(name)}' does not depend on ${core}, so that it defines no part of a model`);
    }
    if (installed) trusted.push(installed);
    found.set(name, entry);
  }
  return [...found.values()];
}

/**
 * Loads a model whose parts' definitions are found by the packages in their types, in Node: so that a program need not know which
 * layers a file is made of.
 *
 * A file is data, and importing a package runs its code. So a name in a file is never reason enough to import anything: only what
 * the caller's package declares as a dependency and what depends on `@diffeo/core` itself is imported, or what the caller names.
 * Everything else is refused before anything of it has run.
 *
 * @throws DiffeoError `UNKNOWN_TYPE` for a part whose package may not be imported or is not installed; `CONFIG`, outside of Node
 * too; and what `load` throws.
 */
export async function loadAny(bytes: Uint8Array, options: LoadAnyOptions): Promise<Loaded<Density>> {
  requireOptions<LoadAnyOptions>('loadAny', options, {
    from: required({
      test: (value) => text.test(value) || value instanceof URL,
      expected: "your module's address, import.meta.url",
    }),
    packages: listOf({ ...text, expected: 'the name of a package' }),
    definitions: { test: Array.isArray, expected: 'a list of definitions' },
  });
  if (typeof process !== 'object' || typeof process.getBuiltinModule !== 'function') {
    throw new DiffeoError('CONFIG', 'loadAny finds packages in Node alone: elsewhere give load the definitions');
  }
  const given = [...new Set([...coreDefinitions, ...(options.definitions ?? [])])];
  const known = new Set(given.map(({ type }) => type));
  const modules = modulesFor(
    typesOf(bytes).filter((type) => !known.has(type) && packageOf(type) !== core),
    options,
  );
  const imported: object[] = await Promise.all(modules.map(({ href }) => import(/* @vite-ignore */ href)));
  const definitions = [...given, ...definitionsIn(imported).filter(({ type }) => !known.has(type))];
  return load(bytes, { definitions, mixtures: true });
}
