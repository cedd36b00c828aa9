import type { Page } from 'playwright-core';
import type { LayerReport } from '../../fixtures/backends/check-layers.ts';
import { onBackend } from './on-backend.ts';
import { proveLayers } from './prove-layers.ts';
import { proveTraining, type TrainingName } from './prove-training.ts';

/** What is held to a backend. */
interface BackendProof {
  readonly trainings: readonly TrainingName[];
  /** Looks at one layer or base distribution in the page. */
  check(page: Page, type: string): Promise<LayerReport>;
  /** How many layers and base distributions, at most. */
  readonly most: number;
  print(line: string): void;
}

/** Trains flows on a backend, in a browser, and looks at layers and base distributions there. Says on what it computed. */
export const proveBackend = (
  name: 'webgl' | 'webgpu',
  { trainings, check, most, print }: BackendProof,
): Promise<string> =>
  onBackend(name, async (page, device) => {
    print(`on ${device}`);
    await proveTraining(page, trainings, print);
    return `on ${device}: ${await proveLayers(page, (type) => check(page, type), { most, print })}`;
  });
