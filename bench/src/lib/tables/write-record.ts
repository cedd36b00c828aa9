import { renameSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

/** Writes a record, the whole of it or nothing: a run may be cut at any time. */
export function writeRecord(file: string, record: object): void {
  const part = `${file}.part`;
  writeFileSync(part, gzipSync(JSON.stringify(record), { level: 9 }));
  renameSync(part, file);
}
