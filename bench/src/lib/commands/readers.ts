import { defineCommand } from 'citty';
import { print } from '../print.ts';
import { measureReaders, readersTable } from '../readers/measure-readers.ts';
import { wholeNumber } from '../whole-number.ts';
import { json, smoke } from './arguments.ts';
import { reported } from './reported.ts';

export const readers = defineCommand({
  meta: {
    name: 'readers',
    description: 'reading tables: numbers beside csv-parse alone, and the memory of training on three million rows',
  },
  args: { json, smoke, rounds: { type: 'string', default: '3', description: 'turns of each' } },
  run: reported(async ({ args }) => {
    const subject = args.smoke
      ? { rows: 500, columns: 3, rounds: 1, large: false }
      : { rows: 1_000_000, columns: 8, rounds: wholeNumber(args.rounds, '--rounds'), large: true };
    print(await measureReaders(subject), args.json, readersTable);
  }),
});
