import { defineCommand } from 'citty';
import { heapTable } from '../heap/heap-table.ts';
import { measureHeap } from '../heap/measure-heap.ts';
import { print } from '../print.ts';
import { wholeNumber } from '../whole-number.ts';
import { json } from './arguments.ts';
import { reported } from './reported.ts';

export const heap = defineCommand({
  meta: { name: 'heap', description: 'tensors and bytes held while a flow trains for long' },
  args: { json, steps: { type: 'string', default: '10000', description: 'steps of training' } },
  run: reported(async ({ args }) => print(await measureHeap(wholeNumber(args.steps, '--steps')), args.json, heapTable)),
});
