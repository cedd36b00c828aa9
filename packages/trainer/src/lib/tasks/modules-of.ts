import { type DensitySpec, DiffeoError } from '@diffeo/core';
import { typesOf } from '@diffeo/core/engine';
import { nodeModule } from '../executor/node-modules.ts';
import { packageOf } from '../loading/package-of.ts';

/**
 * The addresses of the modules that define the parts of a flow: the packages by which their types are named, as found
 * from the program's own folder, or from the packages of the parts around them, which bring their own dependencies. Node
 * alone.
 *
 * @param options `given`: whether modules were named beside them, in which the parts may be that no package has.
 * @throws DiffeoError `WORKER` for a package that is not installed there, unless there are such modules.
 */
export function modulesOf(spec: DensitySpec, { given }: { readonly given: boolean }): string[] {
  const { createRequire } = nodeModule('module');
  const { pathToFileURL } = nodeModule('url');
  const begins = [process.argv[1], `${process.cwd()}/program.js`].flatMap((path) => path ?? []);
  const resolvers = [...begins.map((path) => createRequire(pathToFileURL(path))), createRequire(import.meta.url)];
  // A part stands behind the one that holds it, so that the holder's package is found first.
  const names = new Set(typesOf(spec).map(packageOf));
  return [...names].flatMap((name) => {
    for (const { resolve } of resolvers) {
      try {
        const address = pathToFileURL(resolve(name)).href;
        resolvers.push(createRequire(address));
        return address;
      } catch {
        // Not to be found from there.
      }
    }
    if (given) return [];
    throw new DiffeoError(
      'WORKER',
      `workers find the parts of a flow by the package in their type, and '${name}' is not installed. Say where its definitions are exported: workers: { count, modules: [new URL('./my-layers.js', import.meta.url)] }`,
    );
  });
}
