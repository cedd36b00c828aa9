import { fileURLToPath } from 'node:url';
import type { CompetitorSpec } from '../comparison/competitor.ts';
import { ourCompetitors } from '../comparison/our-competitors.ts';

const pathOf = (url: URL): string => fileURLToPath(url);

export const ours = ourCompetitors(new URL('./ours.ts', import.meta.url));

const stock: CompetitorSpec = {
  name: 'stock tfjs',
  command: [process.execPath, pathOf(new URL('./stock.ts', import.meta.url))],
};
const stockOnCpu: CompetitorSpec = { ...stock, name: 'tfjs on cpu', command: [...stock.command, '--cpu'] };
const jax: CompetitorSpec = {
  name: 'jax-js',
  command: [process.execPath, pathOf(new URL('./jax.ts', import.meta.url))],
};

/** What any machine with the dependencies has. */
export const peers: readonly CompetitorSpec[] = [stock, stockOnCpu, jax];
