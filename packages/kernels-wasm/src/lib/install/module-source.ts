import { crc32, DiffeoError } from '@diffeo/core';
import type { BuildName } from './build-name.ts';

/** Where the modules are. Bundlers find them by these expressions and put them beside what they write. */
const inPackage: Readonly<Record<BuildName, () => URL>> = {
  'relaxed-simd': () => new URL('../../../wasm/kernels-relaxed-simd.wasm', import.meta.url),
  simd: () => new URL('../../../wasm/kernels-simd.wasm', import.meta.url),
};

/** Node's file reader where there is one, without an import that a bundler for browsers would stumble over. */
interface NodeProcess {
  getBuiltinModule?(name: 'node:fs/promises'): { readFile(path: URL): Promise<Uint8Array<ArrayBuffer>> } | undefined;
}

async function read(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  const { process } = globalThis as { process?: NodeProcess };
  const files = url.protocol === 'file:' ? process?.getBuiltinModule?.('node:fs/promises') : undefined;
  if (files) return files.readFile(url);
  const response = await fetch(url);
  if (!response.ok) throw new DiffeoError('FILE', `${url} was answered with status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** A build's module, and the checksum of its bytes. */
export interface CompiledModule {
  readonly module: WebAssembly.Module;
  readonly checksum: string;
}

/** Compiles a build's module from an address, relative ones being relative to the page, or from this package. */
export async function compile(build: BuildName, address: string | URL | undefined): Promise<CompiledModule> {
  const base = (globalThis as { location?: { href?: string } }).location?.href;
  const url = address === undefined ? inPackage[build]() : new URL(address, base);
  const bytes = await read(url);
  return { module: await WebAssembly.compile(bytes), checksum: crc32(bytes) };
}
