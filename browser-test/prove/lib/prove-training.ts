import { useWasm } from '@diffeo/trainer';
import type { Page } from 'playwright-core';
import type {} from '../../fixtures/backends/main.ts';
import { trainings } from '../../fixtures/backends/train.ts';

export type TrainingName = keyof typeof trainings;

/** Every training, a few steps each. */
export const allTrainings = Object.keys(trainings) as TrainingName[];

/** What rounding comes to after a dozen steps: each begins where the last ended, and Adam divides small gradients by their size. */
const tolerance = 2e-3;

/** Trains in the page and, with the kernels, in Node: the same losses, parameters, scores and samples but for rounding. */
export async function proveTraining(
  page: Page,
  names: readonly TrainingName[],
  print: (line: string) => void,
): Promise<void> {
  await useWasm();
  for (const name of names) {
    const found = await page.evaluate((given) => backends.train(given), name);
    for (const [what, expected] of Object.entries(await trainings[name]())) {
      const numbers = found[what] ?? [];
      const off = expected.map((value, i) => Math.abs((numbers[i] as number) - value) / (1 + Math.abs(value)));
      const most = Math.max(0, ...off);
      print(`${name}, ${what}: ${most.toExponential(1)} off what WASM gives`);
      if (numbers.length === expected.length && most <= tolerance) continue;
      throw new Error(
        `${name}: ${what} is off by ${most} (${numbers.length} numbers of ${expected.length}), where ${tolerance} is allowed`,
      );
    }
  }
}
