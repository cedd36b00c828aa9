import { add, mul, ones, sub, type Tensor, tensor1d, zeros } from '@tensorflow/tfjs-core';
import { strictObject, string } from 'valibot';
import { beforeAll, expect, test } from 'vitest';
import { expectClose, numbers, onEachBackend, refusal } from '../../../test/backends.ts';
import { planeCoupling } from '../../../test/example-parts.ts';
import { defineLayer } from '../contract/define.ts';
import type { Bijector, Fusion } from '../contract/parts/bijector.ts';
import type { GradientMode } from '../contract/parts/part.ts';
import type { Spec } from '../contract/parts/spec.ts';
import { sizeOf } from '../contract/shape.ts';
import { flow } from '../flow/flow.ts';
import { negativeLogLikelihood } from '../flow/loss.ts';
import { runningMoments } from '../flow/running-moments.ts';
import { tidied } from '../gradients/engine.ts';
import { registerGradients } from '../gradients/gradient-table.ts';
import { gradients } from '../gradients/gradients.ts';
import { leaf } from '../params/params.ts';
import { normal } from '../params/seed.ts';
import { chain } from './chain.ts';
import { invert } from './invert.ts';

const logDetOf = (x: Tensor) => zeros([x.shape[0] as number]);

/** Which maps ran, by name. */
let ran: string[] = [];

interface ShiftFusion extends Fusion {
  readonly name: string;
}

/** x = z + shift, started at the first row of the data where it `starts`; two neighbours make one map. */
const shift = defineLayer({
  type: 'test/shift',
  version: 1,
  schema: strictObject({ name: string() }),
  build: ({ name }, { eventShape }): Bijector<{ by: Tensor | null }> => {
    const layout = { by: leaf(eventShape, { fromData: true }) };
    const fusion: ShiftFusion = {
      kind: 'test/shift',
      name,
      fuseWith: (next) => {
        if (next.kind !== 'test/shift') return null;
        const both = `${name}+${(next as ShiftFusion).name}`;
        return {
          eventShape,
          baseShape: eventShape,
          contextShape: null,
          layout: [layout, layout],
          init: () => [{ by: null }, { by: null }],
          forward: ([a, b], z) => {
            ran.push(`${both} forward`);
            return { value: add(z, add(a.by, b.by)), logDet: logDetOf(z) };
          },
          inverse: ([a, b], x) => {
            ran.push(`${both} inverse`);
            return { value: sub(x, add(a.by, b.by)), logDet: logDetOf(x) };
          },
        };
      },
    };
    return {
      eventShape,
      baseShape: eventShape,
      contextShape: null,
      layout,
      init: () => ({ by: null }),
      start: async (_, data) => {
        const moments = runningMoments(sizeOf(eventShape));
        await data.each(async (x) => moments.add(await x.data()));
        return { by: tensor1d(Float32Array.from(moments.mean())) };
      },
      forward: ({ by }, z) => {
        ran.push(`${name} forward`);
        return { value: add(z, by as Tensor), logDet: logDetOf(z) };
      },
      inverse: ({ by }, x) => {
        ran.push(`${name} inverse`);
        return { value: sub(x, by as Tensor), logDet: logDetOf(x) };
      },
      fusion,
    };
  },
});

const named = (...names: string[]): Spec<'layer'>[] => names.map((name) => shift({ name }));
const model = (layers: Spec<'layer'>[]) => flow({ eventShape: [2], layers });

/** What runs while `f` does. */
const ranIn = (f: () => unknown): string[] => {
  ran = [];
  tidied(() => void f());
  return ran;
};

onEachBackend('neighbours that fuse', () => {
  beforeAll(registerGradients);

  test('run as one map, each layer in one of them, in both directions', () => {
    tidied(() => {
      const { bijector } = model([...named('a', 'b', 'c'), planeCoupling(), ...named('d', 'e')]);
      const by = (value: number) => ({ by: mul(ones([2]), value) });
      const params = [by(1), by(2), by(3), { weight: zeros([1, 2]) }, by(4), by(5)];
      const x = normal([3, 2], 1);
      const expected = numbers(sub(x, 15));
      expect(ranIn(() => expectClose(numbers(bijector.inverse(params, x, {}).value), expected))).toEqual([
        'a+b inverse',
        'c inverse',
        'd+e inverse',
      ]);
      expect(ranIn(() => bijector.forward(params, x, {}))).toEqual(['d+e forward', 'c forward', 'a+b forward']);
    });
  });

  test('have the gradients that they have one by one, and go one by one where activations are rebuilt', () => {
    tidied(() => {
      const built = model(named('a', 'b'));
      const params = { dequantize: {}, layers: [{ by: normal([2], 1) }, { by: normal([2], 2) }], base: {} };
      const x = normal([5, 2], 3);
      const found = (['store', 'checkpoint', 'recompute'] as GradientMode[]).map((gradient) => {
        const result = gradients(built.layout, params, (own) => negativeLogLikelihood(built, own, x, { gradient }));
        return result.gradients.flatMap(({ path, tensor }) => [path, ...numbers(tensor).map((n) => n.toFixed(4))]);
      });
      expect(found[1]).toEqual(found[0]);
      expect(found[2]).toEqual(found[0]);
      const run = (gradient: GradientMode) => ranIn(() => built.logProb(params, x, { gradient }));
      expect(run('store')).toEqual(['a+b inverse']);
      expect(run('recompute')).toEqual(['a inverse', 'b inverse']);
    });
  });

  test('start, and are traced, one by one', async () => {
    const built = model(named('a', 'b'));
    const x = add(normal([5, 2], 3), 4);
    let params = built.init(1);
    ran = [];
    params = await built.start(params, x);
    expect(ran).toEqual(['a inverse']);
    expect(ranIn(() => built.trace(params, x))).toEqual(['a inverse', 'b inverse']);
    expect(built.trace(params, x).map(({ name }) => name)).toEqual([
      'layers.0 (test/shift)',
      'layers.1 (test/shift)',
      'base',
    ]);
  });

  test('say what is wrong as each of them would', () => {
    tidied(() => {
      const { bijector } = model(named('a', 'b'));
      const by = { by: zeros([2]) };
      const x = zeros([3, 2]);
      const refused = (params: unknown, point: Tensor) => refusal(() => bijector.inverse(params as never, point, {}));
      expect(refused([by, { by: null }], x).message).toContain("layers.1 (test/shift): 'by' starts from data");
      expect(refused([by, by], zeros([3, 4])).message).toContain('layers.0 (test/shift).inverse takes');
      expect(bijector.inverse([by, by], zeros([0, 2]), {}).value.shape).toEqual([0, 2]);
    });
  });

  test('do not reach through a layer that holds them and changes what they do', () => {
    tidied(() => {
      const [a, b] = named('a', 'b') as [Spec<'layer'>, Spec<'layer'>];
      const kept = defineLayer({
        type: 'test/started-shift',
        version: 1,
        schema: strictObject({}),
        build: (_, site): Bijector<{ by: Tensor }> => {
          const { start: _start, ...inner } = site.build(a, 'inner');
          return { ...inner, layout: { by: leaf([2]) }, init: () => ({ by: zeros([2]) }) } as Bijector<{ by: Tensor }>;
        },
      });
      const params = [{ by: ones([2]) }, { by: ones([2]) }];
      const x = zeros([1, 2]);
      const turned = model([invert({ layer: kept({}) }), b]);
      expect(numbers(turned.bijector.inverse(params, x, {}).value)).toEqual([0, 0]);
      const nested = model([chain({ layers: [a] }), b]);
      const values = numbers(nested.bijector.inverse([[params[0]], params[1]] as never, x, {}).value);
      expect(values).toEqual([-2, -2]);
    });
  });
});
