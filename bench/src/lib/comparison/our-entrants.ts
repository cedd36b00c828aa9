import { fileURLToPath } from 'node:url';
import type { Entrant } from './competitor.ts';

/** V8 makes one instruction of 256 bits of two of 128 if it is asked to, which is an experiment of its. */
function wide(entrant: Entrant): Entrant {
  const [node, ...rest] = entrant.command;
  return { ...entrant, name: `${entrant.name}, 256 bits`, command: [node, '--experimental-wasm-revectorize', ...rest] };
}

/** Ours, by a script: on one thread, which everything else is compared with, on two, and what else is told beside them. */
export function ourEntrants(script: URL): readonly [Entrant, ...Entrant[]] {
  const one: Entrant = { name: 'diffeo', command: [process.execPath, fileURLToPath(script)] };
  const onTwo: Entrant = { name: 'diffeo, 2 workers', command: [...one.command, '--workers'] };
  // What two cores give at most, before anything is exchanged.
  const apart: Entrant = { ...one, name: 'diffeo, two independent processes', copies: 2 };
  return [one, onTwo, apart, wide(one), wide(onTwo)];
}
