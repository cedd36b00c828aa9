import { normal } from '@diffeo/core';
import { installKernels } from '@diffeo/kernels-wasm';
import { useWasm } from '@diffeo/trainer';
import { matMul, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { median } from '../averages.ts';
import { peakLoop } from '../comparison/peak.ts';
import { type Machine, machine } from '../machine.ts';
import { processorTime } from '../processor-time.ts';

/** A product of one size, with either operand transposed or not. */
interface ProductRow {
  readonly size: string;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** GFLOP/s with the kernels and without, medians over the rounds. */
  readonly ours: number;
  readonly stock: number;
  /** Ours as a part of what WASM SIMD reached in the same rounds, without loads and stores. */
  readonly shareOfPeak: number;
}

export interface ProductsResult {
  readonly benchmark: 'products';
  readonly machine: Machine;
  /** GFLOP/s of a loop over registers. */
  readonly peak: number;
  readonly rows: readonly ProductRow[];
}

const sizes = [
  [512, 64, 64],
  [512, 128, 128],
  [512, 256, 256],
  [512, 512, 512],
] as const;
const rounds = 7;

/** GFLOP/s of calls over some milliseconds. */
function speedOf(f: () => Tensor, operations: number, milliseconds: number): number {
  let calls = 0;
  const began = processorTime();
  let spent = 0;
  do {
    f().dispose();
    calls++;
    spent = processorTime() - began;
  } while (spent < milliseconds);
  return (calls * operations) / 1e6 / spent;
}

/** Matrix products of dense numbers, in all four transposes, with the kernels and without, in turns. */
export async function measureProducts(): Promise<ProductsResult> {
  await useWasm({ kernels: false });
  const loop = await peakLoop(processorTime);
  const before = machine();
  const peaks: number[] = [];
  const rows: ProductRow[] = [];
  for (const [m, k, n] of sizes) {
    for (const [transposeA, transposeB] of [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ] as const) {
      const a = normal(transposeA ? [k, m] : [m, k], 1) as Tensor2D;
      const b = normal(transposeB ? [n, k] : [k, n], 2) as Tensor2D;
      const product = () => matMul(a, b, transposeA, transposeB) as Tensor;
      const [own, stock, shares]: [number[], number[], number[]] = [[], [], []];
      for (let round = 0; round < rounds; round++) {
        const peak = loop();
        peaks.push(peak);
        const { uninstall } = await installKernels();
        const speed = speedOf(product, 2 * m * k * n, 40);
        uninstall();
        own.push(speed);
        shares.push(speed / peak);
        stock.push(speedOf(product, 2 * m * k * n, 40));
      }
      rows.push({
        ...{ size: `${m}×${k}×${n}`, transposeA, transposeB },
        ...{ ours: median(own), stock: median(stock), shareOfPeak: median(shares) },
      });
      a.dispose();
      b.dispose();
    }
  }
  return { benchmark: 'products', machine: before, peak: median(peaks), rows };
}
