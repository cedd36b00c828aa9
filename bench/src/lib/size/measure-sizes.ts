import { gzipSync } from 'node:zlib';
import { bundledCode } from '../bundled-code.ts';

/** What an import of a whole package costs, beyond tfjs and its peers. */
export interface PackageSize {
  readonly name: string;
  /** Minified and gzipped, with the libraries that it brings. */
  readonly bytes: number;
  /** The same without `@diffeo/ops`, which layer packages share; the same number where it is not used. */
  readonly own: number;
  /** What `own` may be at most. */
  readonly budget: number;
}

const kilobyte = 1000;
const layerBudget = 10 * kilobyte;

/** Every package that runs in a browser, with its budget. */
const packages: readonly (readonly [string, number])[] = [
  // Decisions 026 and 031 say why a kilobyte more than 20.
  ['@diffeo/core', 21 * kilobyte],
  ['@diffeo/layers-autoregressive', layerBudget],
  ['@diffeo/layers-classic', layerBudget],
  ['@diffeo/layers-continuous', layerBudget],
  ['@diffeo/layers-coupling', layerBudget],
  ['@diffeo/layers-elementwise', layerBudget],
  ['@diffeo/layers-glow', layerBudget],
  ['@diffeo/layers-linear', layerBudget],
  ['@diffeo/networks', layerBudget],
  // What these weigh, and a twentieth: nothing grows further unseen. Of tables, product kernels are 1.2 kB.
  ['@diffeo/tables', 32 * kilobyte],
  ['@diffeo/ops', 13.5 * kilobyte],
  ['@diffeo/datasets', 68.5 * kilobyte],
  ['@diffeo/trainer', 40 * kilobyte],
];

/** The minified and gzipped bytes of a module's code bundled, without what `isExternal` names. */
async function bundledSize(code: string, isExternal: (name: string) => boolean): Promise<number> {
  return gzipSync(await bundledCode(code, isExternal), { level: 9 }).length;
}

const isTfjs = (name: string): boolean => name.startsWith('@tensorflow/');

/** Measures every package. */
export async function measureSizes(): Promise<readonly PackageSize[]> {
  const sizes: PackageSize[] = [];
  for (const [name, budget] of packages) {
    const code = `export * from '${name}';`;
    const isPeer = (other: string) => isTfjs(other) || (other === '@diffeo/core' && name !== other);
    const bytes = await bundledSize(code, isPeer);
    const own = await bundledSize(code, (other) => isPeer(other) || (other.startsWith('@diffeo/') && other !== name));
    sizes.push({ name, bytes, own, budget });
  }
  return sizes;
}
