import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Block, placeBlocks } from './placement.ts';

const blocks = fc.array(
  fc
    .record({ bytes: fc.nat(5000), born: fc.nat(60), held: fc.integer({ min: 1, max: 30 }) })
    .map(
      ({ bytes, born, held }): Block => ({ bytes, born, gone: held === 30 ? Number.POSITIVE_INFINITY : born + held }),
    ),
  { maxLength: 60 },
);

const most = (all: readonly Block[]): number =>
  Math.max(
    0,
    ...all.map(({ born }) => all.reduce((sum, b) => sum + (b.born <= born && born < b.gone ? b.bytes : 0), 0)),
  );

test('blocks held at the same time never touch, and all lie in the arena', () => {
  fc.assert(
    fc.property(blocks, (all) => {
      const { offsets, bytes } = placeBlocks(all);
      for (const [i, a] of all.entries()) {
        const from = offsets[i] as number;
        expect(from % 64).toBe(0);
        expect(from + a.bytes).toBeLessThanOrEqual(bytes);
        for (const [j, b] of all.entries()) {
          if (j <= i || a.born >= b.gone || b.born >= a.gone) continue;
          const to = offsets[j] as number;
          expect(from + a.bytes <= to || to + b.bytes <= from).toBe(true);
        }
      }
    }),
  );
});

test('what is held one after another takes one place, and a step like that of a chain little more than it must', () => {
  const chain = Array.from({ length: 40 }, (_, i): Block => ({ bytes: 1024, born: i, gone: i + 1 }));
  expect(placeBlocks(chain).bytes).toBe(1024);
  // Activations are kept on the way there and given back on the way back, with scratch of two sizes beside them.
  const depth = 50;
  const step: Block[] = [];
  for (let i = 0; i < depth; i++) {
    step.push({ bytes: 640, born: 2 * i, gone: 4 * depth - 2 * i });
    step.push({ bytes: i % 2 ? 4096 : 2048, born: 2 * i + 1, gone: 2 * i + 2 });
    step.push({ bytes: 1280, born: 4 * depth - 2 * i - 1, gone: 4 * depth - 2 * i + 2 });
  }
  expect(placeBlocks(step).bytes).toBeLessThanOrEqual(1.1 * most(step));
});
