import { ones, reshape, type Tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { object, optional, strictObject } from 'valibot';
import { beforeAll, describe, expect, test } from 'vitest';
import { onEachBackend, refusal } from '../../../test/backends.ts';
import { scaleAndShift } from '../../../test/example-parts.ts';
import { flow } from '../flow/flow.ts';
import { chain } from '../layers/chain.ts';
import { build } from './build.ts';
import { contractVersion, defineLayer } from './define.ts';
import type { Bijector } from './parts/bijector.ts';
import type { Site, Spec } from './parts/spec.ts';

const place = { name: 'layers.3', eventShape: [2], contextShape: null };
/** A layer whose maps are what a test makes of them. */
const custom = (part: Partial<Bijector>, site?: (site: Site) => void) =>
  defineLayer({
    type: '@example/custom/layer',
    version: 1,
    schema: strictObject({}),
    build: (_, given): Bijector => {
      site?.(given);
      const map = (_params: unknown, value: Tensor) => ({ value, logDet: zeros([value.shape[0] as number]) });
      return {
        eventShape: given.eventShape,
        baseShape: given.eventShape,
        contextShape: null,
        layout: {},
        init: () => ({}),
        forward: map,
        inverse: map,
        ...part,
      };
    },
  })();

test('plain JSON is refused by place, with what to do', () => {
  const spec = JSON.parse(JSON.stringify(scaleAndShift())) as Spec<'layer'>;
  const { code, message } = refusal(() => build(spec, place));
  expect(code).toBe('SPEC');
  expect(message).toContain('layers.3: ');
  expect(message).toContain('hydrate()');
  expect(refusal(() => flow({ eventShape: [2], layers: [spec] })).code).toBe('SPEC');
});

test('a part written for another contract is refused by the names and versions of both', () => {
  const definition = Object.assign(() => undefined, {
    ...defineLayer({ type: '@example/later/layer', version: 1, schema: object({}), build: () => expect.fail('built') }),
    contract: contractVersion + 1,
  });
  const spec = { $type: '@example/later/layer', $kind: 'layer' as const, version: 1, config: {} };
  Object.defineProperty(spec, Symbol.for('diffeo.definition'), { value: definition });
  const { code, message } = refusal(() => build(spec, place));
  expect(code).toBe('SPEC');
  expect(message).toContain(`contract ${contractVersion + 1}`);
  expect(message).toContain(`contract ${contractVersion}`);
  expect(message).toContain('@example/later');
});

test('a part says what does not fit, and its name, type and event shape stand in front', () => {
  const spec = custom({}, (site) => site.fail('it must be three wide'));
  expect(refusal(() => build(spec, place))).toEqual({
    code: 'SHAPE',
    message: 'layers.3 (@example/custom/layer), event shape [2]: it must be three wide',
  });
});

test('a part inside a part has a path of its own, and the shapes that it is told', () => {
  const seen: Pick<Site, 'name' | 'eventShape' | 'contextShape'>[] = [];
  const inner = custom({}, ({ name, eventShape, contextShape }) => seen.push({ name, eventShape, contextShape }));
  const outer = custom({}, (site) => {
    site.build(inner, 'same');
    site.build(inner, 'narrow', { eventShape: [1] });
    site.build(inner, 'informed', { contextShape: [4] });
  });
  build(outer, { ...place, contextShape: [7] });
  expect(seen).toEqual([
    { name: 'layers.3.same', eventShape: [2], contextShape: [7] },
    { name: 'layers.3.narrow', eventShape: [1], contextShape: [7] },
    { name: 'layers.3.informed', eventShape: [2], contextShape: [4] },
  ]);
  const bare = custom({}, (site) => {
    site.build(inner, 'bare', { contextShape: null });
  });
  build(bare, { ...place, contextShape: [7] });
  expect(seen.at(-1)?.contextShape).toBeNull();
});

onEachBackend('what every layer is held to', () => {
  let x: Tensor;
  beforeAll(() => {
    x = tensor2d([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
  });

  test('the shape of what goes in, in both directions', () => {
    const layer = build(scaleAndShift(), place);
    const params = layer.init(1);
    for (const shape of [[3, 3], [2], [3, 2, 1], []]) {
      for (const direction of ['forward', 'inverse'] as const) {
        const { code, message } = refusal(() => layer[direction](params, zeros(shape), {}));
        expect(code).toBe('SHAPE');
        expect(message).toBe(
          `layers.3 (example/scale-and-shift).${direction} takes [batch, 2] and got [${shape.join(', ')}]`,
        );
      }
    }
  });

  test('the shape of the value that comes out', () => {
    const wide = build(custom({ inverse: () => ({ value: zeros([3, 5]), logDet: zeros([3]) }) }), place);
    const { code, message } = refusal(() => wide.inverse({}, x, {}));
    expect(code).toBe('SHAPE');
    expect(message).toContain('layers.3 (@example/custom/layer).inverse');
    expect(message).toContain('[3, 5]');
  });

  test('the number of rows that come out', () => {
    const longer = build(custom({ inverse: () => ({ value: zeros([6, 2]), logDet: zeros([3]) }) }), place);
    expect(refusal(() => longer.inverse({}, x, {})).code).toBe('SHAPE');
  });

  test.each([
    ['a scalar', () => ones([])],
    ['a column', () => ones([3, 1])],
    ['one for each dimension', () => ones([3, 2])],
    ['one for all rows', () => ones([1])],
  ])('a logDet that is %s is refused', (_, logDet) => {
    const layer = build(custom({ forward: (_params, value) => ({ value, logDet: logDet() }) }), place);
    const { code, message } = refusal(() => layer.forward({}, x, {}));
    expect(code).toBe('SHAPE');
    expect(message).toContain('must return a logDet [3]');
  });

  test('a context where the layer declares one', () => {
    const layer = build(custom({ contextShape: [2] }), { ...place, contextShape: [2] });
    expect(refusal(() => layer.forward({}, x, {})).code).toBe('CONTEXT');
    expect(refusal(() => layer.forward({}, x, { context: zeros([3, 3]) })).message).toContain('[3, 2] and got [3, 3]');
    expect(refusal(() => layer.forward({}, x, { context: zeros([2, 2]) })).code).toBe('CONTEXT');
    expect(layer.forward({}, x, { context: zeros([3, 2]) }).value.shape).toEqual([3, 2]);
  });

  test('a layer whose two sides have different shapes is held to each', () => {
    const flat = defineLayer({
      type: 'example/flatten',
      version: 1,
      schema: strictObject({ none: optional(strictObject({})) }),
      build: (): Bijector => ({
        eventShape: [2, 2],
        baseShape: [4],
        contextShape: null,
        layout: {},
        init: () => ({}),
        forward: (_, z) => ({ value: reshape(z, [z.shape[0] as number, 2, 2]), logDet: zeros([z.shape[0] as number]) }),
        inverse: (_, x) => ({ value: reshape(x, [x.shape[0] as number, 4]), logDet: zeros([x.shape[0] as number]) }),
      }),
    });
    const model = flow({ eventShape: [2, 2], layers: [chain({ layers: [flat(), scaleAndShift()] })] });
    const params = model.init(1);
    expect(model.baseShape).toEqual([4]);
    expect(model.toBase(params, zeros([3, 2, 2])).value.shape).toEqual([3, 4]);
    expect(model.sample(params, { count: 2, seed: 1 }).shape).toEqual([2, 2, 2]);
    expect(refusal(() => model.toData(params, zeros([3, 2, 2]))).code).toBe('SHAPE');
    expect(refusal(() => model.logProb(params, zeros([3, 4]))).code).toBe('SHAPE');
  });
});

describe('the event shape of a flow', () => {
  test.each([
    ['zero', [0]],
    ['negative', [-1]],
    ['not whole', [1.5]],
    ['NaN', [Number.NaN]],
    ['endless', [Infinity]],
    ['beyond memory', [2 ** 40, 2 ** 40]],
    ['beyond counting', Array(400).fill(1000)],
    ['a number', 2],
    ['nothing', undefined],
  ])('%s is refused', (_, eventShape) => {
    const { code, message } = refusal(() => flow({ eventShape: eventShape as number[], layers: [] }));
    expect(code).toBe('SHAPE');
    expect(message).toContain('eventShape');
  });

  test('a context shape is held to the same', () => {
    expect(refusal(() => flow({ eventShape: [2], contextShape: [0], layers: [] })).message).toContain('contextShape');
  });
});
