import { reshape, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { strictObject } from 'valibot';
import { describe, expect, test } from 'vitest';
import { expectClose, numbers, onEachBackend, refusal } from '../../../test/backends.ts';
import { actnormLike, planeCoupling, scaleAndShift, sinhScale } from '../../../test/example-parts.ts';
import { defineLayer } from '../contract/define.ts';
import type { Spec } from '../contract/parts/spec.ts';
import { flow } from '../flow/flow.ts';
import { leaves } from '../params/params.ts';
import { normal } from '../params/seed.ts';
import { chain } from './chain.ts';
import { invert } from './invert.ts';

const one = (layer: Spec<'layer'>) => flow({ eventShape: [2], layers: [layer] });
const paths = (layers: Spec<'layer'>[]) => {
  const model = flow({ eventShape: [2], layers });
  return leaves(model.layout, model.init(1)).map(({ path }) => path);
};
const three = () => [planeCoupling(), sinhScale(), scaleAndShift({ logScale: 0.3, shift: 1 })];

/** What both directions of the only layer of a flow give at fixed points, with parameters that are given as one list. */
function mapped(layer: Spec<'layer'>, params: unknown, direction: 'forward' | 'inverse') {
  const { value, logDet } = one(layer).bijector[direction]([params as never], normal([6, 2], 3), {});
  return { value: numbers(value), logDet: numbers(logDet) };
}

onEachBackend('the laws of chains and inverses', () => {
  const ofThree = () => flow({ eventShape: [2], layers: three() }).init(7).layers;

  test('a chain is its layers one after another', () => {
    const inner = ofThree();
    const model = flow({ eventShape: [2], layers: three() });
    for (const direction of ['forward', 'inverse'] as const) {
      const { value, logDet } = model.bijector[direction](inner, normal([6, 2], 3), {});
      expect(mapped(chain({ layers: three() }), inner, direction)).toEqual({
        value: numbers(value),
        logDet: numbers(logDet),
      });
    }
  });

  test('a chain of one is that one, a chain of none changes nothing', () => {
    const [first] = ofThree();
    for (const direction of ['forward', 'inverse'] as const) {
      expect(mapped(chain({ layers: [planeCoupling()] }), [first], direction)).toEqual(
        mapped(planeCoupling(), first, direction),
      );
      expect(mapped(chain({ layers: [] }), [], direction)).toEqual({
        value: numbers(normal([6, 2], 3)),
        logDet: Array(6).fill(0),
      });
    }
  });

  test('an inverse exchanges the directions, and the inverse of an inverse is the layer', () => {
    const [first] = ofThree();
    const inverted = invert({ layer: planeCoupling() });
    expect(mapped(inverted, first, 'forward')).toEqual(mapped(planeCoupling(), first, 'inverse'));
    expect(mapped(inverted, first, 'inverse')).toEqual(mapped(planeCoupling(), first, 'forward'));
    for (const direction of ['forward', 'inverse'] as const) {
      expect(mapped(invert({ layer: inverted }), first, direction)).toEqual(mapped(planeCoupling(), first, direction));
    }
  });

  test('the inverse of a chain is the chain of the inverses backwards', () => {
    const inner = ofThree();
    const backwards = three()
      .reverse()
      .map((layer) => invert({ layer }));
    for (const direction of ['forward', 'inverse'] as const) {
      const whole = mapped(invert({ layer: chain({ layers: three() }) }), inner, direction);
      const parts = mapped(chain({ layers: backwards }), [...inner].reverse(), direction);
      expectClose(whole.value, parts.value, 1e-6);
      expectClose(whole.logDet, parts.logDet, 1e-6);
    }
  });

  test('a layer followed by its inverse is the identity', () => {
    const [first] = ofThree();
    const { value, logDet } = mapped(
      chain({ layers: [planeCoupling(), invert({ layer: planeCoupling() })] }),
      [first, first],
      'inverse',
    );
    expectClose(value, numbers(normal([6, 2], 3)), 1e-6);
    expectClose(logDet, Array(6).fill(0), 1e-6);
  });

  test('context and training noise reach the layers inside', () => {
    const seeds: (number | undefined)[] = [];
    const listening = defineLayer({
      type: 'example/listening',
      version: 1,
      schema: strictObject({}),
      build: (_, { eventShape, contextShape }) => {
        const map = (_params: unknown, value: Tensor, { seed, context }: { seed?: number; context?: Tensor }) => {
          seeds.push(seed);
          expect(context?.shape).toEqual([value.shape[0], 3]);
          return { value, logDet: zeros([value.shape[0] as number]) };
        };
        return {
          eventShape,
          baseShape: eventShape,
          contextShape,
          layout: {},
          init: () => ({}),
          forward: map,
          inverse: map,
        };
      },
    });
    const layers = [chain({ layers: [listening(), invert({ layer: listening() })] }), listening()];
    const model = flow({ eventShape: [2], contextShape: [3], layers });
    const params = model.init(1);
    const context = zeros([3]);
    model.logProb(params, zeros([2, 2]), { context, seed: 5 });
    expect(new Set(seeds).size).toBe(3);
    const inTraining = [...seeds];
    // The opposite direction draws the same noise in each layer.
    seeds.length = 0;
    model.bijector.forward(params.layers, zeros([2, 2]), { context: zeros([2, 3]), seed: 5 });
    expect(seeds).toEqual(inTraining.reverse());
    seeds.length = 0;
    model.logProb(params, zeros([2, 2]), { context });
    expect(seeds).toEqual([undefined, undefined, undefined]);
  });
});

describe('paths', () => {
  test('of leaves name every level', () => {
    expect(paths([scaleAndShift(), chain({ layers: [planeCoupling(), chain({ layers: [sinhScale()] })] })])).toEqual([
      'layers.0.logScale',
      'layers.0.shift',
      'layers.1.0.weight',
      'layers.1.1.0.logScale',
    ]);
  });

  test('of an inverted layer are those of the layer', () => {
    expect(paths([invert({ layer: chain({ layers: [planeCoupling()] }) })])).toEqual(['layers.0.0.weight']);
  });

  test('in errors name every level', () => {
    const nested = chain({ layers: [invert({ layer: chain({ layers: [planeCoupling()] }) })] });
    const { message } = refusal(() => flow({ eventShape: [3], layers: [scaleAndShift(), nested] }));
    expect(message).toContain('layers.1.0.layer.0 (example/plane-coupling), event shape [3]');
  });
});

describe('what cannot be inverted', () => {
  test('a layer that starts from data, at any depth', () => {
    const { code, message } = refusal(() => one(invert({ layer: chain({ layers: [actnormLike()] }) })));
    expect(code).toBe('SHAPE');
    expect(message).toContain('layers.0 (@diffeo/core/invert)');
    expect(message).toContain('starts from data');
  });

  test('a layer that changes the shape', () => {
    const flat = defineLayer({
      type: 'example/flatten',
      version: 1,
      schema: strictObject({}),
      build: () => ({
        eventShape: [2, 2],
        baseShape: [4],
        contextShape: null,
        layout: {},
        init: () => ({}),
        forward: (_, z) => ({ value: reshape(z, [z.shape[0] as number, 2, 2]), logDet: zeros([z.shape[0] as number]) }),
        inverse: (_, x) => ({ value: reshape(x, [x.shape[0] as number, 4]), logDet: zeros([x.shape[0] as number]) }),
      }),
    });
    const { code, message } = refusal(() => flow({ eventShape: [2, 2], layers: [invert({ layer: flat() })] }));
    expect(code).toBe('SHAPE');
    expect(message).toContain('this one maps to [4]');
  });

  test('what is not a layer', () => {
    expect(refusal(() => invert({ layer: {} as never })).code).toBe('CONFIG');
    expect(refusal(() => chain({ layers: [1] as never })).code).toBe('CONFIG');
    expect(refusal(() => chain({} as never)).code).toBe('CONFIG');
  });
});
