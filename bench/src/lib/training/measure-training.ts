import type { ComparisonOptions, ComparisonResult } from '../comparison/comparison.ts';
import { pyTorch } from '../comparison/py-torch.ts';
import { runComparison } from '../comparison/run-comparison.ts';
import { ours, peers } from './competitors.ts';
import { modelSizes, nameOf, smokeSize } from './model-size.ts';
import { operationsOf } from './operations.ts';
import { writeProblem } from './problem.ts';
import { targets } from './targets.ts';

/** Ours against stock tfjs, jax-js and, where it is installed, PyTorch: training, densities and samples of every size. */
export function measureTraining(options: ComparisonOptions): Promise<ComparisonResult> {
  const torch = options.smoke ? [] : pyTorch('realnvp.py');
  const splines = options.smoke ? [] : [...pyTorch('neural_spline.py'), ...pyTorch('nflows_layout.py', 'nflows')];
  const autoregressive = options.smoke ? [] : pyTorch('maf.py');
  const models = (options.smoke ? [smokeSize] : modelSizes).map((size) => ({
    name: nameOf(size),
    rows: () => size.batch,
    operations: (mode: Parameters<typeof operationsOf>[1]) => operationsOf(size, mode),
    write: (folder: string) => writeProblem(size, folder),
    ...(size.autoregressive && { competitorSpecs: [...ours, ...autoregressive] }),
    ...(size.bins && { competitorSpecs: [...ours, ...splines] }),
  }));
  const comparison = {
    benchmark: 'training',
    models,
    competitorSpecs: [...ours, ...peers, ...torch],
    leftOut: torch.length > 0 ? [] : ['PyTorch'],
    targets,
  };
  return runComparison(comparison, options);
}
