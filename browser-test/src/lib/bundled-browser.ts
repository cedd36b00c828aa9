import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { brotliDecompressSync, createBrotliDecompress } from 'node:zlib';
import { root } from '@diffeo/install-test/repository';
import { parseTar } from 'nanotar';
import type { Candidate } from './usual-browsers.ts';

const packed = dirname(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')));
const { version } = JSON.parse(readFileSync(join(packed, 'package.json'), 'utf8')) as { readonly version: string };
const toolchain = join(root, '.toolchain');
const home = join(toolchain, `chromium-${version}-with-swiftshader`);

/** Unpacks what an archive of the package holds into a folder. */
function unpackInto(folder: string, archive: string): void {
  mkdirSync(folder, { recursive: true });
  const files = parseTar(brotliDecompressSync(readFileSync(join(packed, 'bin', archive))));
  for (const { name, data } of files) if (data?.length) writeFileSync(join(folder, basename(name)), data);
}

/**
 * Unpacks the program, the libraries that not every Linux has, and beside the program SwiftShader, the GPU in software that it
 * loads from there; then renames the folder into place.
 */
async function unpack(): Promise<void> {
  mkdirSync(toolchain, { recursive: true });
  const beside = mkdtempSync(join(toolchain, 'partial-'));
  try {
    const program = join(beside, 'chromium');
    const compressed = createReadStream(join(packed, 'bin/chromium.br'));
    await pipeline(compressed, createBrotliDecompress(), createWriteStream(program, { mode: 0o755 }));
    unpackInto(join(beside, 'lib'), 'al2023.tar.br');
    unpackInto(beside, 'swiftshader.tar.br');
    renameSync(beside, home);
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}

/**
 * The headless Chromium that the npm registry's `@sparticuz/chromium` carries, unpacked on first use; `null` where it does
 * not run: it is built for Linux on x64.
 */
export async function bundledBrowser(): Promise<Candidate | null> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return null;
  if (!existsSync(home)) await unpack().catch((error) => existsSync(home) || Promise.reject(error));
  const libraries = [join(home, 'lib'), process.env['LD_LIBRARY_PATH']].filter(Boolean).join(':');
  return {
    title: `@sparticuz/chromium ${version}`,
    launch: { executablePath: join(home, 'chromium'), env: { LD_LIBRARY_PATH: libraries } },
  };
}
