import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'oxc-parser';

/** One source file and the specifiers it imports or re-exports from, types included. */
export interface SourceFile {
  /** Absolute. */
  readonly path: string;
  /** A `*.test.ts`, or something in a `test/` or `prove/` folder. */
  readonly isTest: boolean;
  readonly imports: readonly string[];
}

/** Not source of the package that they lie in: `template` is that of packages yet to be made. */
const others = ['node_modules', 'dist', 'template'];

/** Reads every TypeScript file below a folder, leaving out `node_modules`, `dist`, `template` and hidden folders. */
export function sourceFiles(folder: string, inTestFolder = false): SourceFile[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (others.includes(entry.name) || entry.name.startsWith('.')) return [];
    if (entry.isDirectory()) return sourceFiles(path, inTestFolder || entry.name === 'test' || entry.name === 'prove');
    if (!entry.name.endsWith('.ts')) return [];
    const imports = importsOf(path, readFileSync(path, 'utf8'));
    return [{ path, isTest: inTestFolder || entry.name.endsWith('.test.ts'), imports }];
  });
}

/** The specifiers that TypeScript source imports, statically or by `import('…')`, or re-exports from. */
export function importsOf(path: string, code: string): string[] {
  const { module, errors } = parseSync(path, code);
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]?.message}`);
  const exported = module.staticExports.flatMap(({ entries }) => entries.map((entry) => entry.moduleRequest?.value));
  const dynamic = module.dynamicImports.map(
    ({ moduleRequest: { start, end } }) => /^['"`](.*)['"`]$/.exec(code.slice(start, end))?.[1],
  );
  const imported = module.staticImports.map(({ moduleRequest }) => moduleRequest.value);
  return [...imported, ...exported, ...dynamic].filter((specifier) => specifier !== undefined);
}
