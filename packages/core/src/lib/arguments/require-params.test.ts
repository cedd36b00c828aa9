import { tensor } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { onEachBackend, refusal } from '../../../test/backends.ts';
import { requireParams } from '../../arguments.ts';
import { leaf } from '../params/params.ts';

const layout = {
  layers: [{ weight: leaf([2, 3]), order: leaf([2], { dtype: 'int32' }) }, {}, { mean: leaf([2], { fromData: true }) }],
  base: {},
};

onEachBackend('parameters', () => {
  const weight = () => tensor([1, 2, 3, 4, 5, 6], [2, 3]);
  const order = () => tensor([1, 0], [2], 'int32');
  const whole = () => ({ layers: [{ weight: weight(), order: order() }, {}, { mean: null }], base: {} }) as const;
  const refused = (params: unknown) => refusal(() => requireParams(layout, params, 'logProb'));

  it('are those of the layout', () => {
    requireParams(layout, whole(), 'logProb');
    requireParams(layout, { ...whole(), layers: [whole().layers[0], {}, { mean: tensor([1, 2]) }] }, 'logProb');
  });

  it('name the first leaf that does not fit', () => {
    const { layers } = whole();
    const first = (entry: object) => ({ ...whole(), layers: [{ ...layers[0], ...entry }, {}, layers[2]] });
    expect(refused(first({ weight: tensor([1, 2], [2, 1]) }))).toEqual({
      code: 'TENSOR_SHAPE',
      message:
        "logProb: the parameters do not fit this flow: 'layers.0.weight' is a float32 tensor [2, 1], and the flow needs a float32 tensor [2, 3]",
    });
    expect(refused(first({ order: tensor([1, 0]) })).code).toBe('TENSOR_DTYPE');
    expect(refused(first({ weight: null }))).toMatchObject({ code: 'MISSING_TENSOR' });
    expect(refused(first({ weight: [[1, 2]] }))).toMatchObject({ code: 'PARAMETERS' });
    expect(refused(first({ bias: order() })).message).toMatch("'layers.0.bias', which the flow has no place for");
    expect(refused({ ...whole(), layers: [...layers, { weight: weight() }] })).toMatchObject({
      code: 'SURPLUS_TENSOR',
      message: expect.stringContaining("'layers.3'"),
    });
    expect(refused({ ...whole(), layers: layers.slice(0, 2) }).message).toMatch("'layers.2.mean' is missing");
  });

  it('are noticed when they have been disposed, although they fitted before', () => {
    const params = whole();
    requireParams(layout, params, 'logProb');
    params.layers[0].weight.dispose();
    expect(refused(params)).toMatchObject({
      code: 'PARAMETERS',
      message: expect.stringContaining("'layers.0.weight' has been disposed"),
    });
  });

  it('are awaited', () => {
    expect(refused(Promise.resolve(whole())).message).toMatch('await it first');
  });

  it('are a tree', () => {
    for (const params of [undefined, null, 3, 'params', weight()]) {
      expect(refused(params).message).toMatch('logProb: parameters are what init, start, fit or load gives; got ');
    }
    expect(refused({ layers: 3, base: {} }).message).toMatch("'layers' is 3");
  });
});
