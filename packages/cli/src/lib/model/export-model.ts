import { join } from 'node:path';
import { DiffeoError, isFlow } from '@diffeo/core';
import { didYouMean } from '@diffeo/core/arguments';
import { exportOnnx, type OnnxFunction } from '@diffeo/onnx';
import { makeFolder } from '../files/make-folder.ts';
import { writeTogether } from '../files/write-together.ts';
import { say } from '../terminal/say.ts';
import { readModel } from './read-model.ts';

/** What `diffeo export` was asked. */
export interface ExportOptions {
  readonly model: string;
  /** Default: all that the model has. */
  readonly functions: readonly string[] | undefined;
  readonly rounds: number | undefined;
  /** The folder to write into. */
  readonly out: string;
}

const known: readonly string[] = ['logProb', 'toBase', 'toData'] satisfies readonly OnnxFunction[];
const isKnown = (name: string): name is OnnxFunction => known.includes(name);

function requireFunctions(names: readonly string[]): readonly OnnxFunction[] {
  const unknown = names.find((name) => !isKnown(name));
  if (unknown === undefined) return names.filter(isKnown);
  const meant = didYouMean(unknown, known) || '.';
  throw new DiffeoError('USAGE', `--functions: there is no function ${unknown}; there are ${known.join(', ')}${meant}`);
}

/** Writes functions of a model as ONNX files, all or none. Throws what reading a model and exporting it throws. */
export async function exportModel({ model: given, functions, rounds, out }: ExportOptions): Promise<void> {
  const asked = functions && requireFunctions(functions);
  const { model, params } = await readModel(given);
  const names = asked ?? (isFlow(model) ? requireFunctions(known) : (['logProb'] as const));
  const files = await exportOnnx(model, params, { functions: names, ...(rounds !== undefined && { rounds }) });
  const written = Object.entries(files).map(([name, bytes]) => [join(out, `${name}.onnx`), bytes] as const);
  makeFolder(out);
  writeTogether(written);
  for (const [path, { length }] of written) say(`${path}: ${length.toLocaleString('en')} bytes`);
}
