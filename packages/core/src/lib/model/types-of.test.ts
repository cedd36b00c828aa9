import '@tensorflow/tfjs-backend-cpu';
import { expect, test } from 'vitest';
import { planeCoupling, scaleAndShift } from '../../../test/example-parts.ts';
import { flow } from '../flow/flow.ts';
import { chain } from '../layers/chain.ts';
import { mixture } from '../mixture/mixture.ts';
import { save } from './save.ts';
import { typesOf } from './types-of.ts';

test('the types of a model are those of its parts and of parts inside them, each once, the holder first', async () => {
  const layers = [chain({ layers: [planeCoupling(), scaleAndShift()] }), planeCoupling()];
  const model = flow({ eventShape: [2], layers });
  const types = [chain({ layers: [] }).$type, planeCoupling().$type, scaleAndShift().$type];
  expect(typesOf(model.spec)).toEqual(types);
  expect(typesOf(await save(model, model.init(1)))).toEqual(types);
  const mixed = mixture([flow({ eventShape: [2], layers: [scaleAndShift()] }), model]);
  expect(new Set(typesOf(await save(mixed, mixed.init(1))))).toEqual(new Set(types));
});

test('however deep a description nests, it is gone through', () => {
  let nested: unknown = { $type: 'deep/part' };
  for (let i = 0; i < 1e5; i++) nested = [nested];
  expect(typesOf({ layers: nested } as never)).toEqual(['deep/part']);
  expect(() => typesOf(new Uint8Array(20))).toThrow();
});
