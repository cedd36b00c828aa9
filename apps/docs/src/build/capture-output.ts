/** Imported before an example: what it prints becomes one line of JSON for each call, as the page's worker has it. */
import { writeSync } from 'node:fs';
import { loggedOutput, type Output, tabulatedOutput } from '../live/output.ts';

const print = (output: Output): void => {
  writeSync(1, `${JSON.stringify(output)}\n`);
};
console.log = (...values: unknown[]) => print(loggedOutput(values));
console.info = console.log;
console.table = (value: unknown) => print(tabulatedOutput(value));
