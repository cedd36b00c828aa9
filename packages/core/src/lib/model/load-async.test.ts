import { memory } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { onEachBackend } from '../../../test/backends.ts';
import { diagonalNormal } from '../bases/diagonal-normal.ts';
import { coreDefinitions } from '../contract/core-definitions.ts';
import { flow } from '../flow/flow.ts';
import { leaves } from '../params/params.ts';
import { load, loadAsync } from './load.ts';
import { save } from './save.ts';

const definitions = coreDefinitions;

onEachBackend('a model that is read in turns', () => {
  const model = flow({ eventShape: [2 ** 22], layers: [], base: diagonalNormal() });

  test('is the one that is read at once, and others have their turn meanwhile', async () => {
    const bytes = await save(model, model.init(1), { metadata: { of: 'two' } });
    let turns = 0;
    const others = setInterval(() => turns++, 0);
    const { params, metadata } = await loadAsync(bytes, { definitions });
    clearInterval(others);
    expect(turns).toBeGreaterThan(1);
    const once = load(bytes, { definitions });
    expect(metadata).toEqual(once.metadata);
    const tensors = (of: typeof params) => leaves(model.layout, of).map(({ tensor }) => tensor?.dataSync());
    expect(tensors(params)).toEqual(tensors(once.params));
  });

  test('ends by a signal, whenever that comes, and leaves no tensor behind', async () => {
    const bytes = await save(model, model.init(1));
    const before = memory().numTensors;
    await expect(loadAsync(bytes, { definitions, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    const ends = new AbortController();
    setTimeout(() => ends.abort('enough'), 1);
    await expect(loadAsync(bytes, { definitions, signal: ends.signal })).rejects.toMatchObject({
      code: 'CANCELLED',
      cause: 'enough',
    });
    expect(memory().numTensors).toBe(before);
  });

  test('refuses what load refuses', async () => {
    await expect(loadAsync(new Uint8Array(3), { definitions })).rejects.toMatchObject({ code: 'FILE' });
    await expect(loadAsync(new Uint8Array(3), { definitions, signal: 3 as never })).rejects.toThrow(
      'signal must be an AbortSignal',
    );
  });
});
