import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The files that take longest, longest first. A long one that begins last keeps one core busy and leaves the other idle, and the size of
 * a file says little: the longest have few lines.
 */
export const longest = [
  'install-test/src/readmes.test.ts',
  'scripts/prove/prove.test.ts',
  'browser-test/src/site/pages.test.ts',
  'install-test/src/template.test.ts',
  'bench/test/bench.test.ts',
  'browser-test/src/site/widgets.test.ts',
  'browser-test/src/site/landing.test.ts',
  'packages/testing/src/lib/readme-tables.test.ts',
  'browser-test/src/pages.test.ts',
  'install-test/src/command.test.ts',
  'packages/layers-coupling/src/lib/transforms.test.ts',
  'packages/layers-autoregressive/src/lib/tar-flow.test.ts',
  'packages/layers-elementwise/src/lib/conformance.test.ts',
  'packages/tables/src/lib/filling/fill-rows.test.ts',
  'packages/cli/src/lib/folder/runs.test.ts',
  'packages/tables/src/lib/table-flow.test.ts',
  'packages/cli/src/lib/train/resume.test.ts',
  'packages/cli/src/lib/report/report.test.ts',
  'packages/create-diffeo-layer/test/template.test.ts',
  'install-test/src/install.test.ts',
  'packages/kernels-wasm/src/lib/tfjs/conv-kernels.test.ts',
  'packages/layers-coupling/src/lib/conformance.test.ts',
  'browser-test/src/site/examples.test.ts',
  'packages/create-diffeo-layer/test/guide.test.ts',
  'packages/layers-autoregressive/src/lib/conformance.test.ts',
  'packages/testing/src/lib/check-layer.test.ts',
  'packages/layers-glow/src/lib/images/images.test.ts',
  'packages/layers-continuous/src/lib/conformance.test.ts',
  'packages/cli/src/lib/images/images.test.ts',
  'packages/layers-glow/src/lib/kernels.test.ts',
  'packages/cli/src/lib/tables/tables.test.ts',
  'packages/trainer/src/lib/tasks/workers.test.ts',
  'packages/layers-coupling/src/lib/spline-conformance.test.ts',
  'packages/trainer/src/lib/fit/fit-validation.test.ts',
  'packages/layers-linear/src/lib/conformance.test.ts',
  'packages/cli/src/lib/terminal/interruption.test.ts',
  'install-test/src/two-copies.test.ts',
  'browser-test/src/guide.test.ts',
  'packages/cli/src/lib/score/blame.test.ts',
  'packages/layers-elementwise/src/lib/elementwise-layer.test.ts',
  'packages/cluster/test/command.test.ts',
  'packages/onnx/test/presets.test.ts',
  'packages/cluster/test/sockets.test.ts',
  'packages/tables/src/lib/mixed/mixed-table.test.ts',
  'install-test/src/stranger.test.ts',
  'packages/cluster/test/engines.test.ts',
  'packages/datasets/src/lib/toys/toy-densities.test.ts',
  'packages/cli/src/lib/score/fill.test.ts',
  'packages/trainer/src/lib/fit/checkpoint.test.ts',
  'packages/trainer/src/lib/executor/executor.test.ts',
  'packages/create-diffeo-layer/test/example.test.ts',
  'packages/kernels-wasm/src/lib/layers/plu-kernels.test.ts',
];

/** Begins with the longest files, and goes on as vitest would. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const found = longest.findIndex((path) => moduleId.endsWith(path));
      return found < 0 ? longest.length : found;
    };
    return [...(await super.sort(files))].sort((a, b) => rank(a) - rank(b));
  }
}
