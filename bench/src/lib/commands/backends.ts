import { DiffeoError } from '@diffeo/core';
import { defineCommand } from 'citty';
import { backendsTable } from '../backends/backends-table.ts';
import { measureBackends } from '../backends/measure-backends.ts';
import type { ModelSize } from '../backends/page/main.ts';
import { describeMachine } from '../machine.ts';
import { print } from '../print.ts';
import { say } from '../say.ts';
import { wholeNumber } from '../whole-number.ts';
import { json, smoke } from './arguments.ts';
import { reported } from './reported.ts';

/** From what is all overhead to what is all products. */
const sizes: readonly ModelSize[] = [
  { dimensions: 2, couplings: 8, width: 32, rows: 256 },
  { dimensions: 6, couplings: 10, width: 64, rows: 512 },
  { dimensions: 16, couplings: 6, width: 256, rows: 1024 },
];
const smallest: readonly ModelSize[] = [{ dimensions: 2, couplings: 1, width: 4, rows: 16 }];

function graphicsOf(given: string): 'software' | 'hardware' {
  if (given === 'software' || given === 'hardware') return given;
  throw new DiffeoError('USAGE', `--graphics takes software or hardware; got '${given}'`);
}

export const backends = defineCommand({
  meta: {
    name: 'backends',
    description: "training steps, densities and samples on each of tfjs's backends, in one browser",
  },
  args: {
    json,
    smoke,
    rounds: { type: 'string', default: '3', description: 'turns of each backend' },
    calls: { type: 'string', default: '10', description: 'steps, scores or samples in a turn' },
    graphics: {
      type: 'string',
      default: 'software',
      description: 'software (SwiftShader, which every machine has), or hardware: the graphics card of this machine',
    },
  },
  run: reported(async ({ args }) => {
    const result = await measureBackends(args.smoke ? smallest : sizes, {
      rounds: args.smoke ? 1 : wholeNumber(args.rounds, '--rounds'),
      calls: args.smoke ? 2 : wholeNumber(args.calls, '--calls'),
      graphics: graphicsOf(args.graphics),
    });
    say(`${describeMachine(result.machine)}, ${result.browser}, graphics: ${result.graphics}`);
    print(result, args.json, backendsTable);
  }),
});
