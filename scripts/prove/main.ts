// `npm run prove` lists the proofs, `npm run prove -- NAME` runs one. See "Proofs" in CONTRIBUTING.md.
import { Problem, say } from '../lib/problem.mjs';
import { prove } from './prove.ts';

try {
  process.exitCode = (await prove(process.argv.slice(2), (line) => process.stdout.write(`${line}\n`))) ? 0 : 1;
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  say(error.message);
  process.exitCode = 2;
}
