import { defineCommand } from 'citty';
import { print } from '../print.ts';
import { measureSizes } from '../size/measure-sizes.ts';
import { sizeTable } from '../size/size-table.ts';
import { json } from './arguments.ts';

export const size = defineCommand({
  meta: { name: 'size', description: 'minified and gzipped size of each package; fails above its budget' },
  args: { json },
  run: async ({ args }) => {
    const result = await measureSizes();
    print(result, args.json, sizeTable);
    if (result.some(({ own, budget }) => own > budget)) process.exitCode = 1;
  },
});
