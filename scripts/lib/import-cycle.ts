import { dirname, resolve } from 'node:path';
import type { SourceFile } from './source-imports.ts';

/** The first circle of relative imports among the files, as the paths along it, or `undefined` if there is none. */
export function importCycle(files: readonly SourceFile[]): string[] | undefined {
  const neighbours = new Map(
    files.map(({ path, imports }) => [
      path,
      imports.filter((each) => each.startsWith('.')).map((each) => resolve(dirname(path), each)),
    ]),
  );
  const done = new Set<string>();
  const trail: string[] = [];

  const visit = (path: string): string[] | undefined => {
    if (done.has(path)) return undefined;
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    trail.push(path);
    for (const next of neighbours.get(path) ?? []) {
      const cycle = visit(next);
      if (cycle) return cycle;
    }
    trail.pop();
    done.add(path);
    return undefined;
  };

  for (const { path } of files) {
    const cycle = visit(path);
    if (cycle) return cycle;
  }
  return undefined;
}
