import { defineCommand } from 'citty';
import { deepCouplings, deepGlow, smallCouplings, smallGlow } from '../memory/deep-flow.ts';
import { measureMemory } from '../memory/measure-memory.ts';
import { memoryTable } from '../memory/memory-table.ts';
import { print } from '../print.ts';
import { json, smoke } from './arguments.ts';
import { reported } from './reported.ts';

export const memory = defineCommand({
  meta: { name: 'memory', description: 'peak memory of a gradient against depth, stored and recomputed' },
  args: { json, smoke, images: { type: 'boolean', description: 'of Glow instead of couplings of vectors' } },
  run: reported(async ({ args }) => {
    const [couplings, images] = args.smoke ? [smallCouplings, smallGlow] : [deepCouplings, deepGlow];
    print(await measureMemory(args.images ? images : couplings), args.json, memoryTable);
  }),
});
