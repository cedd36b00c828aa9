import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { record, requireOptions } from '@diffeo/core/arguments';
import { kernelsAtWork } from '@diffeo/kernels-wasm';
import { useWasm } from '@diffeo/trainer';

/** Where a worker computes. */
export interface WorkerEnvironment {
  /**
   * What results depend on: the build of the kernels, its checksum, and how the processor rounds; the version of V8; and those of
   * packages. Of workers alike the same text.
   */
  readonly build: string;
  readonly node: string;
  readonly cpu: string;
  /** The vector instructions that the processor has, as far as the system says. */
  readonly cpuFeatures: readonly string[];
}

/** What engines of WebAssembly make SIMD of. */
const vectorFeatures = ['sse4_1', 'sse4_2', 'avx', 'avx2', 'fma', 'avx512f', 'asimd', 'sve'];

function cpuFeatures(): string[] {
  try {
    const [, flags = ''] = /^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8')) ?? [];
    const found = new Set(flags.trim().split(/\s+/));
    return vectorFeatures.filter((name) => found.has(name));
  } catch {
    return [];
  }
}

/** What this package computes and reads with, beside itself. */
const own = ['@diffeo/core', '@diffeo/datasets', '@diffeo/kernels-wasm', '@diffeo/trainer', '@tensorflow/tfjs-core'];

/** The versions of packages, in the order of their names. */
function versionsOf(given: Readonly<Record<string, string>>): string {
  const require = createRequire(import.meta.url);
  const versionIn = (path: string): string => (require(path) as { readonly version: string }).version;
  const versions = new Map(own.map((name) => [name, versionIn(`${name}/package.json`)]));
  versions.set('@diffeo/cluster', versionIn('../../../package.json'));
  for (const [name, version] of Object.entries(given)) versions.set(name, version);
  return [...versions]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, version]) => `${name.replace('@diffeo/', '')} ${version}`)
    .join(', ');
}

/**
 * Starts the WASM backend and says where this process computes.
 *
 * @param options `versions`: those of packages that results depend on beside what this one imports, such as layers, by name.
 */
export async function workerEnvironment(
  options: { readonly versions?: Readonly<Record<string, string>> } = {},
): Promise<WorkerEnvironment> {
  requireOptions<typeof options>('workerEnvironment', options, { versions: record });
  const { versions = {} } = options;
  await useWasm();
  const [first] = cpus();
  // V8's `Math` may differ in its last bits from one version to the next, and with it what is computed outside of kernels.
  const v8 = process.versions.v8.split('.').slice(0, 2).join('.');
  return {
    build: `kernels ${kernelsAtWork()}, V8 ${v8}, ${versionsOf(versions)}`,
    node: process.versions.node,
    cpu: `${process.arch}, ${first?.model.trim() ?? 'unknown'}`,
    cpuFeatures: cpuFeatures(),
  };
}
