import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hostNode, pinnedNode } from './lib/host.ts';
import type { Installation } from './lib/install.ts';
import { readSafetensors } from './lib/read-safetensors.ts';
import { withLinksTo } from './lib/shared-installations.ts';

// A folder with core, one layer package and a layer of the stranger's own: what the programs in fixtures/ train, save,
// load and score.
let stranger: Installation;
beforeAll(async () => {
  stranger = await withLinksTo(
    ['@diffeo/core', '@diffeo/layers-coupling', '@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-wasm'],
    ['bananas.mjs', 'own-layer.mjs', 'train.mjs', 'score.mjs', 'load-without-plugin.mjs'],
  );
});
afterAll(() => stranger?.remove());

describe.each([
  { title: "the machine's own Node", node: hostNode, other: pinnedNode },
  { title: 'the pinned Node', node: pinnedNode, other: hostNode },
])('on $title', ({ title, node, other }) => {
  const file = `${title}.safetensors`;
  const read = () => readSafetensors(readFileSync(join(stranger.folder, file)));
  let trained: { before: number; after: number; first: number };
  let scored: { loss: number; first: number; sampled: number[]; metadata: object; tensors: Tensor[] };
  interface Tensor {
    readonly path: string;
    readonly shape: number[];
    readonly values: number[];
  }

  beforeAll(async () => {
    trained = JSON.parse(await stranger.run(node, 'train.mjs', file));
    scored = JSON.parse(await stranger.run(node, 'score.mjs', file));
  });

  test('a flow with a layer of its own learns, and beats the best Gaussian', () => {
    const gaussian = Math.log(2 * Math.PI * Math.E) + 0.5 * Math.log(2 + 0.3 ** 2);
    const entropy = Math.log(2 * Math.PI * Math.E) + Math.log(0.3);
    expect(trained.before).toBeGreaterThan(gaussian);
    expect(trained.after).toBeLessThan(gaussian - 0.5);
    expect(trained.after).toBeGreaterThan(entropy - 0.1);
  });

  test('the saved model scores as the trained one did, and samples', () => {
    expect(scored).toMatchObject({ loss: trained.after, first: trained.first, sampled: [3, 2] });
    expect(scored.metadata).toEqual({ trainedOn: 'bananas' });
  });

  test('the other Node reads the file too', async () => {
    const { loss } = JSON.parse(await stranger.run(other, 'score.mjs', file));
    expect(loss).toBeCloseTo(trained.after, 5);
  });

  test('a reader that knows the format and nothing of ours finds the same tensors under the same names', () => {
    const { tensors } = read();
    expect([...tensors.keys()].sort()).toEqual(scored.tensors.map(({ path }) => path).sort());
    for (const { path, shape, values } of scored.tensors) {
      expect(tensors.get(path), path).toEqual({ dtype: 'F32', shape, values });
    }
    expect([...tensors.keys()]).toContain('layers.0.logTail');
    expect(tensors.get('layers.0.logTail')?.values.some((value) => value !== 0)).toBe(true);
  });

  test('the description of the flow in the file is JSON that names every layer', () => {
    const { metadata } = read();
    const { eventShape, layers } = JSON.parse(metadata['diffeo'] ?? '');
    expect(eventShape).toEqual([2]);
    expect(layers.map(({ $type }: { $type: string }) => $type)).toEqual([
      'a-stranger/sinh-arcsinh',
      ...Array.from({ length: 4 }, () => '@diffeo/layers-coupling/coupling'),
    ]);
  });

  test('without its definition, the layer is asked for by name', async () => {
    const { code, message } = JSON.parse(await stranger.run(node, 'load-without-plugin.mjs', file));
    expect(code).toBe('UNKNOWN_TYPE');
    expect(message).toContain("'a-stranger/sinh-arcsinh'");
    expect(message).toContain(
      "names the package 'a-stranger'; install that only if you trust where the file comes from",
    );
  });
});
