import { type Call, type Definition, defineLayer, flow, leaf, normal, type Seed } from '@diffeo/core';
import { fixedRounds } from '@diffeo/core/engine';
import { maf } from '@diffeo/layers-autoregressive';
import { imageCoupling, realNVP } from '@diffeo/layers-coupling';
import { randomiseParams } from '@diffeo/testing';
import { useWasm } from '@diffeo/trainer';
import {
  add,
  cast,
  exp,
  fill,
  getBackend,
  linspace,
  memory,
  mul,
  multinomial,
  ones,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  tensor1d,
  zeros,
} from '@tensorflow/tfjs-core';
import { strictObject } from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { onnxError } from '../../test/lib/onnx-error.ts';
import { exportOnnx } from './export-onnx.ts';

beforeAll(async () => {
  await useWasm();
});

type Shift = (x: Tensor, scale: Tensor, call: Call) => Tensor;

/** A stranger's layer: x ↦ x·e^scale + shift(x). */
const layerThat = (shift: Shift): Definition<'layer'> =>
  defineLayer({
    type: 'strange/layer',
    version: 1,
    schema: strictObject({}),
    build: (_, { eventShape }) => {
      const map = (params: { readonly scale: Tensor }, x: Tensor, call: Call) => ({
        value: add(mul(x, exp(params.scale)), shift(x, params.scale, call)),
        logDet: mul(ones([x.shape[0] as number]), sum(params.scale)),
      });
      return {
        eventShape,
        baseShape: eventShape,
        contextShape: null,
        layout: { scale: leaf(eventShape) },
        init: (seed: Seed) => ({ scale: normal(eventShape, seed) }),
        forward: map,
        inverse: map,
      };
    },
  });

const modelThat = (shift: Shift) => flow({ eventShape: [3], layers: [layerThat(shift)()] });
const x = () => normal([6, 3], 5);

const refusal = async (shift: Shift): Promise<unknown> => {
  const model = modelThat(shift);
  return await exportOnnx(model, model.init(1), { functions: ['logProb'] }).catch((error: unknown) => error);
};
const refused = (message: RegExp) =>
  expect.objectContaining({ code: 'EXPORT', message: expect.stringMatching(message) });

describe('exportOnnx', () => {
  it("exports a stranger's layer, whatever it does to parameters", async () => {
    const model = modelThat((given, scale) => {
      // The parameters are known, and may be read; so may what is made of them.
      const largest = Math.max(...mul(scale, 2).dataSync());
      return mul(linspace(0, largest, 3), sub(given, given));
    });
    expect(await onnxError(model, model.init(1), 'toBase', { x: x() })).toBeLessThan(1e-6);
  });

  it('writes parameters under their paths, and convolutions as such', async () => {
    const model = flow({ eventShape: [4, 4, 2], layers: [imageCoupling({ width: 4 })] });
    const { toBase } = await exportOnnx(model, model.init(1), { functions: ['toBase'] });
    const text = Buffer.from(toBase).toString('latin1');
    expect(text).toContain('layers.0.');
    expect(text).toContain('layers.0 (@diffeo/layers-coupling/coupling)/Conv_');
  });

  it('makes a file for each function, and leaves neither tensors nor the backend behind', async () => {
    const model = flow({ eventShape: [3], layers: realNVP({ layers: 2, hidden: [4] }) });
    const params = model.init(1);
    const { numTensors, numDataBuffers } = memory();
    const files = await exportOnnx(model, params, { functions: ['logProb', 'toBase', 'toData'] });
    expect(Object.keys(files)).toEqual(['logProb', 'toBase', 'toData']);
    expect(memory()).toMatchObject({ numTensors, numDataBuffers });
    expect(getBackend()).toBe('wasm');
    await expect(
      exportOnnx(
        modelThat(() => tensor1d([1]) as never),
        params,
        {
          functions: ['logProb'],
        },
      ),
    ).rejects.toThrow();
    expect(getBackend()).toBe('wasm');
  });

  it('runs loops as often as it takes, or as it is told', async () => {
    const model = flow({ eventShape: [3], layers: maf({ layers: 1, hidden: [4] }) });
    const params = randomiseParams(model.layout, model.init(1), 2);
    const z = x();
    expect(await onnxError(model, params, 'toData', { z })).toBeLessThan(1e-5);
    const once = await onnxError(model, params, 'toData', { z }, { rounds: 1 });
    expect(once).toBeGreaterThan(1e-4);
    for (const [given, said] of [
      [{}, '3, which is exact'],
      [{ rounds: 1 }, '1 of 3 that are exact'],
    ] as const) {
      const { toData } = await exportOnnx(model, params, { functions: ['toData'], ...given });
      expect(Buffer.from(toData).toString('latin1')).toMatch(
        new RegExp(`diffeo\\.rounds.*layers\\.\\d.*: the rounds of its iterated direction: ${said}`),
      );
    }
    const endless = modelThat((given) => {
      const rounds = fixedRounds('its steps', null);
      return mul(given, rounds ?? 1);
    });
    await expect(exportOnnx(endless, endless.init(1), { functions: ['toBase'] })).rejects.toEqual(
      refused(/^layers\.0 \(strange\/layer\) cannot be exported: its steps end when values say so.*option rounds/),
    );
    await exportOnnx(endless, endless.init(1), { functions: ['toBase'], rounds: 4 });
  });

  it.each<[string, Shift, RegExp]>([
    ['reads values back', (given) => mul(given, given.dataSync()[0] as number), /it reads values back/],
    ['draws noise for each row', (given) => normal(given.shape, 5), /differ from row to row, as noise does/],
    [
      'knows a kernel that ONNX does not',
      (given) => add(zeros([1, 1]), sum(cast(multinomial(given as Tensor2D, 3, 1), 'float32'))),
      /nothing here says what 'Multinomial' is in ONNX/,
    ],
    ['counts rows', (given) => mul(given, 1 / (given.shape[0] as number)), /depend on how many rows there are/],
    [
      'takes other parameters with more rows',
      (given, scale) => {
        const other = fill(scale.shape, 2);
        const both = [mul(given, scale), mul(given, other)];
        return add(mul(given, (given.shape[0] as number) > 2 ? other : scale), add(...(both as [Tensor, Tensor])));
      },
      /depend on how many rows there are/,
    ],
    [
      'does something else with more rows',
      (given) => ((given.shape[0] as number) > 2 ? exp(given) : given),
      /other things with 2 rows than with 3/,
    ],
  ])('refuses by name a layer that %s', async (_, shift, message) => {
    const error = await refusal(shift);
    expect(error).toEqual(refused(/^layers\.0 \(strange\/layer\) cannot be exported: /));
    expect(error).toEqual(refused(message));
  });

  it('refuses options that there are not', async () => {
    const model = flow({ eventShape: [3], layers: [] });
    const options = { functions: ['sample'] } as never;
    await expect(exportOnnx(model, model.init(1), options)).rejects.toMatchObject({ code: 'CONFIG' });
    const other = modelThat((given) => given);
    await expect(exportOnnx(other, {} as never, { functions: [] })).rejects.toThrow(/exportOnnx: the parameters/);
  });
});
