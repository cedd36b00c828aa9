import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from 'assemblyscript/asc';

/** Twelve sums that never leave their registers: enough for the processor to begin one each time that it could. */
const source = (fma: string): string => `
export function run(turns: i32, x: f32): f32 {
  const a = f32x4.splat(x);
  const b = f32x4.splat(x);
  ${Array.from({ length: 12 }, (_, i) => `let s${i} = f32x4.splat(${i});`).join('\n  ')}
  for (let i = 0; i < turns; i++) {
    ${Array.from({ length: 12 }, (_, i) => `s${i} = ${fma.replace('c', `s${i}`)};`).join('\n    ')}
  }
  let sum = s0;
  ${Array.from({ length: 11 }, (_, i) => `sum = f32x4.add(sum, s${i + 1});`).join('\n  ')}
  return f32x4.extract_lane(sum, 0);
}`;

const kinds = [
  { features: ['simd', 'relaxed-simd'], fma: 'f32x4.relaxed_madd(a, b, c)' },
  { features: ['simd'], fma: 'f32x4.add(f32x4.mul(a, b), c)' },
] as const;

async function compiled({ features, fma }: (typeof kinds)[number]): Promise<WebAssembly.Module | null> {
  const folder = mkdtempSync(join(tmpdir(), 'diffeo-peak-'));
  try {
    writeFileSync(join(folder, 'peak.ts'), source(fma));
    const flags = features.flatMap((feature) => ['--enable', feature]);
    const { error } = await main(
      ['peak.ts', '--baseDir', folder, '--outFile', 'peak.wasm', '-O3', '--runtime', 'stub', ...flags],
      {},
    );
    if (error) throw error;
    const bytes = readFileSync(join(folder, 'peak.wasm'));
    return WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : null;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * Measures what this engine's SIMD reaches on one core when nothing is loaded and nothing stored: GFLOP/s of a loop over
 * registers, with fused multiply-add where the engine has it. Each call takes some hundredths of a second.
 *
 * @param clock milliseconds. Default: those on the clock
 */
export async function peakLoop(clock: () => number = () => performance.now()): Promise<() => number> {
  for (const kind of kinds) {
    const module = await compiled(kind);
    if (!module) continue;
    const { run } = new WebAssembly.Instance(module, { env: { abort: () => undefined } }).exports as {
      run(turns: number, x: number): number;
    };
    const turns = 1e7;
    run(turns, 1e-3);
    return () => {
      const began = clock();
      run(turns, 1e-3);
      return (turns * 12 * 8) / 1e6 / (clock() - began);
    };
  }
  return () => Number.NaN;
}
