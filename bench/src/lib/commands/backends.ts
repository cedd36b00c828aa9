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
import { named } from './named.ts';
import { reported } from './reported.ts';

/** From what is all overhead to what is all products. */
const sizes: Readonly<Record<'1' | '2' | '3', ModelSize>> = {
  1: { dimensions: 2, couplings: 8, width: 32, rows: 256 },
  2: { dimensions: 6, couplings: 10, width: 64, rows: 512 },
  3: { dimensions: 16, couplings: 6, width: 256, rows: 1024 },
};
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
    models: { type: 'string', default: '1,2,3', description: 'which flows, from the smallest on' },
    without: { type: 'string', default: '', description: 'backends to leave out: webgl,webgpu,cpu' },
    rounds: { type: 'string', default: '2', description: 'turns of each backend' },
    calls: {
      type: 'string',
      default: '20',
      description: 'most steps, scores or samples in a turn, which ends after two seconds',
    },
    graphics: {
      type: 'string',
      default: 'software',
      description: 'software (SwiftShader, which every machine has), or hardware: the graphics card of this machine',
    },
  },
  run: reported(async ({ args }) => {
    const chosen = named(args.models, '--models', ['1', '2', '3']).map((name) => sizes[name]);
    const result = await measureBackends(args.smoke ? smallest : chosen, {
      without: args.without === '' ? [] : named(args.without, '--without', ['webgl', 'webgpu', 'cpu']),
      rounds: args.smoke ? 1 : wholeNumber(args.rounds, '--rounds'),
      calls: args.smoke ? 2 : wholeNumber(args.calls, '--calls'),
      graphics: graphicsOf(args.graphics),
    });
    say(`${describeMachine(result.machine)}, ${result.browser}, graphics: ${result.graphics}`);
    print(result, args.json, backendsTable);
  }),
});
