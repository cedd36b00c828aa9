import { DiffeoError } from '@diffeo/core';
import type { BuildName } from './build-name.ts';

/** Where the modules are. Bundlers find them by these expressions and put them beside what they write. */
const inPackage: Readonly<Record<BuildName, () => URL>> = {
  'relaxed-simd': () => new URL('../../wasm/kernels-relaxed-simd.wasm', import.meta.url),
  simd: () => new URL('../../wasm/kernels-simd.wasm', import.meta.url),
};

/** Node's file reader where there is one, without an import that a bundler for browsers would stumble over. */
interface NodeProcess {
  getBuiltinModule?(name: 'node:fs/promises'): { readFile(path: URL): Promise<Uint8Array<ArrayBuffer>> } | undefined;
}

async function read(url: URL): Promise<BufferSource> {
  const { process } = globalThis as { process?: NodeProcess };
  const files = url.protocol === 'file:' ? process?.getBuiltinModule?.('node:fs/promises') : undefined;
  if (files) return files.readFile(url);
  const response = await fetch(url);
  if (!response.ok) throw new DiffeoError('FILE', `${url} was answered with status ${response.status}`);
  return response.arrayBuffer();
}

/** Compiles a build's module from an address, relative ones being relative to the page, or from this package. */
export async function compile(build: BuildName, address: string | URL | undefined): Promise<WebAssembly.Module> {
  const base = (globalThis as { location?: { href?: string } }).location?.href;
  const url = address === undefined ? inPackage[build]() : new URL(address, base);
  return WebAssembly.compile(await read(url));
}
