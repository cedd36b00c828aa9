import type { ComparisonOptions, ComparisonResult } from '../comparison/comparison.ts';
import type { CompetitorSpec } from '../comparison/competitor.ts';
import { ourCompetitors } from '../comparison/our-competitors.ts';
import { pyTorch } from '../comparison/py-torch.ts';
import { runComparison } from '../comparison/run-comparison.ts';
import type { Mode } from '../comparison/workload.ts';
import { imageSizes, nameOf, smokeSize } from './image-size.ts';
import { imagesOf, operationsOf } from './operations.ts';
import { writeImageProblem } from './problem.ts';
import { targets } from './targets.ts';

export const ours = ourCompetitors(new URL('./ours.ts', import.meta.url));

/**
 * Ours against PyTorch, on flows of images. Stock tfjs cannot take part: its WASM backend has no gradient of convolutions
 * by their filters.
 */
export function measureImages(options: ComparisonOptions): Promise<ComparisonResult> {
  const torch = (options.smoke ? [] : pyTorch('glow.py')).flatMap((competitorSpec): CompetitorSpec[] =>
    competitorSpec.threads
      ? [competitorSpec, { ...competitorSpec, name: `spinning ${competitorSpec.name}`, spinning: true }]
      : [competitorSpec],
  );
  const models = (options.smoke ? [smokeSize] : imageSizes).map((size) => ({
    name: nameOf(size),
    rows: (mode: Mode) => imagesOf(size, mode),
    operations: (mode: Mode) => operationsOf(size, mode),
    write: (folder: string) => writeImageProblem(size, folder),
  }));
  const comparison = {
    benchmark: 'images',
    models,
    competitorSpecs: [...ours, ...torch],
    leftOut: torch.length > 0 ? [] : ['PyTorch'],
    targets,
  };
  return runComparison(comparison, options);
}
