import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { kernelsAtWork } from '@diffeo/kernels-wasm';
import { useWasm } from '@diffeo/trainer';

/** Where a worker computes. */
export interface WorkerEnvironment {
  /** What results depend on: the build of the kernels, its checksum, and how the processor rounds; of workers alike the same text. */
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

/** Starts the WASM backend and says where this process computes. */
export async function workerEnvironment(): Promise<WorkerEnvironment> {
  await useWasm();
  const [first] = cpus();
  return {
    // V8's `Math` may differ in its last bits from one version to the next, and with it what is computed outside of kernels.
    build: `kernels ${kernelsAtWork()}, V8 ${process.versions.v8.split('.').slice(0, 2).join('.')}`,
    node: process.versions.node,
    cpu: `${process.arch}, ${first?.model.trim() ?? 'unknown'}`,
    cpuFeatures: cpuFeatures(),
  };
}
