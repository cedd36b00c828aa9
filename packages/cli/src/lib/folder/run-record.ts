import { crc32, DiffeoError, type Flow } from '@diffeo/core';
import type { Dataset } from '@diffeo/datasets';
import type { TrainingData } from '../data/training-data.ts';
import type { FoundModel } from './model-notes.ts';

/** What a run was asked for, by the names of the options; what was not asked for is absent. It is kept with the model. */
export type RunRecord = Readonly<Record<string, string | number>>;

const numbers = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);

/** What the checksum of the data is called in a record. */
export const dataChecksum = 'the checksum of the data';

/** The checksum of rows, part by part. */
export const checksumOfParts = (parts: readonly Dataset[]): string =>
  crc32(...parts.map(({ values }) => numbers(values)));

/** The record of a run with these options on these data; `null` for a model that the data decide. */
export function runRecord(
  options: Readonly<Record<string, string | number | undefined>>,
  model: Flow | null,
  { train, validation, heldOut }: TrainingData,
): RunRecord {
  const given = Object.entries(options).filter(([, value]) => value !== undefined) as [string, string | number][];
  return {
    ...Object.fromEntries(given),
    ...(model && { 'the checksum of the flow': crc32(new TextEncoder().encode(JSON.stringify(model.spec))) }),
    [dataChecksum]: checksumOfParts([train, validation, heldOut]),
  };
}

/** @throws DiffeoError `USAGE` unless the run that a model came from was this one. */
export function requireSameRecord(record: RunRecord, { metadata }: FoundModel, folder: string): void {
  let before: RunRecord;
  try {
    before = JSON.parse(metadata['run'] ?? '{}') as RunRecord;
  } catch {
    before = {};
  }
  for (const name of new Set([...Object.keys(before), ...Object.keys(record)])) {
    const [was = 'not given', is = 'not given'] = [before[name], record[name]];
    if (was === is) continue;
    throw new DiffeoError(
      'USAGE',
      `the run that is done in ${folder} is another: there ${name} was ${was}, and here it is ${is}. --anew begins again, --out takes another folder`,
    );
  }
}
