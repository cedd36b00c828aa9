// Compiles assembly/ into wasm/: one module for every engine with SIMD, one that also uses relaxed SIMD's fused multiply-add. The compiler
// writes their TypeScript interface too, `wasm/kernels.d.ts`, from the signatures in assembly/.
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { main } from 'assemblyscript/asc';

const folder = fileURLToPath(new URL('..', import.meta.url));
const builds = { 'kernels-simd': ['simd'], 'kernels-relaxed-simd': ['simd', 'relaxed-simd'] };

// Built beside and moved into place: a program that starts meanwhile has the modules of before, or these, and never none.
const building = `wasm/.building-${process.pid}`;
const at = (name) => new URL(`../${name}`, import.meta.url);
mkdirSync(at(building), { recursive: true });
process.on('exit', () => rmSync(at(building), { recursive: true, force: true }));
for (const [name, features] of Object.entries(builds)) {
  // The memory is tfjs's: nothing of ours may lie in it but what tfjs allocated, so no runtime and no static data.
  const { error, stderr } = await main(
    [
      ...['assembly/index.ts', '--baseDir', folder, '--outFile', `${building}/${name}.wasm`],
      ...[
        '-O3',
        '--bindings',
        'raw',
        '--noAssert',
        '--disableWarning',
        '112',
        '--runtime',
        'stub',
        '--importMemory',
        '--noExportMemory',
        '--initialMemory',
        '1',
      ],
      ...features.flatMap((feature) => ['--enable', feature]),
    ],
    { stderr: process.stderr },
  );
  if (error) {
    process.stderr.write(`${stderr ?? ''}\nassembly/ does not compile (${name}): ${error.message}\n`);
    process.exit(1);
  }
  // The interface is the same for each; the program beside it, which instantiates, is not for us.
  renameSync(at(`${building}/${name}.wasm`), at(`wasm/${name}.wasm`));
  renameSync(at(`${building}/${name}.d.ts`), at('wasm/kernels.d.ts'));
}
