import { fileURLToPath } from 'node:url';
import type { CompetitorSpec } from './competitor.ts';

/** V8 makes one instruction of 256 bits of two of 128 if it is asked to, which is an experiment of its. */
function wide(competitorSpec: CompetitorSpec): CompetitorSpec {
  const [node, ...rest] = competitorSpec.command;
  return {
    ...competitorSpec,
    name: `${competitorSpec.name}, 256 bits`,
    command: [node, '--experimental-wasm-revectorize', ...rest],
  };
}

/** Ours, by a script: on one thread, which everything else is compared with, on two, and what else is told beside them. */
export function ourCompetitors(script: URL): readonly [CompetitorSpec, ...CompetitorSpec[]] {
  const one: CompetitorSpec = { name: 'diffeo', command: [process.execPath, fileURLToPath(script)] };
  const onTwo: CompetitorSpec = { name: 'diffeo, 2 workers', command: [...one.command, '--workers'] };
  // What two cores give at most, before anything is exchanged.
  const apart: CompetitorSpec = { ...one, name: 'diffeo, two independent processes', copies: 2 };
  return [one, onTwo, apart, wide(one), wide(onTwo)];
}
