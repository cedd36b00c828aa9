import { defineCommand } from 'citty';
import { measureOnnx } from '../onnx/measure-onnx.ts';
import { onnxModels, smallOnnxModels } from '../onnx/onnx-models.ts';
import { onnxTable } from '../onnx/onnx-table.ts';
import { print } from '../print.ts';
import { wholeNumber } from '../whole-number.ts';
import { json, smoke } from './arguments.ts';
import { reported } from './reported.ts';

export const onnx = defineCommand({
  meta: { name: 'onnx', description: 'exported flows in ONNX Runtime, beside the library itself' },
  args: {
    json,
    smoke,
    rounds: { type: 'string', default: '30', description: 'rounds, in each of which every runtime has its turn' },
  },
  run: reported(async ({ args }) => {
    const models = args.smoke ? smallOnnxModels() : onnxModels();
    print(await measureOnnx(models, wholeNumber(args.rounds, '--rounds')), args.json, onnxTable);
  }),
});
