import { join } from 'node:path';
import { build, createLogger, type Rolldown } from 'vite';

/** What bundling for the browser brought. */
export interface Bundle {
  readonly code: string;
  /** What the code still imports. */
  readonly imports: readonly string[];
  /** The files whose code is in it. */
  readonly modules: readonly string[];
  /** What Vite warned of. */
  readonly warnings: readonly string[];
}

/**
 * Bundles a module for the browser with Vite's defaults, into one chunk.
 *
 * @param folder of a project with its dependencies installed
 * @param source the module's code, as if it stood in that folder
 */
export async function bundle(
  folder: string,
  source: string,
  { external = () => false }: { readonly external?: (name: string) => boolean } = {},
): Promise<Bundle> {
  delete process.env['NODE_ENV']; // vitest's `test` would keep Vite from bundling for production
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  const entry = join(folder, 'entry.js');
  const result = (await build({
    root: folder,
    configFile: false,
    envDir: false,
    logLevel: 'warn',
    customLogger: { ...createLogger('warn'), warn, warnOnce: warn },
    plugins: [
      {
        name: 'entry',
        resolveId: (name) => (name === entry ? name : null),
        load: (name) => (name === entry ? source : null),
      },
    ],
    build: {
      write: false,
      chunkSizeWarningLimit: Infinity,
      modulePreload: false,
      rolldownOptions: { input: entry, external: (name) => external(name), output: { codeSplitting: false } },
    },
  })) as Rolldown.RolldownOutput;
  const chunks = result.output.filter((each) => each.type === 'chunk');
  return {
    code: chunks.map(({ code }) => code).join('\n'),
    imports: chunks.flatMap(({ imports, dynamicImports }) => [...imports, ...dynamicImports]),
    modules: chunks.flatMap(({ modules }) => Object.keys(modules).filter((id) => modules[id]?.code)),
    warnings,
  };
}
