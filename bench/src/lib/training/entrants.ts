import { fileURLToPath } from 'node:url';
import type { Entrant } from '../comparison/competitor.ts';
import { ourEntrants } from '../comparison/our-entrants.ts';

const pathOf = (url: URL): string => fileURLToPath(url);

export const ours = ourEntrants(new URL('./ours.ts', import.meta.url));

const stock: Entrant = {
  name: 'stock tfjs',
  command: [process.execPath, pathOf(new URL('./stock.ts', import.meta.url))],
};
const stockOnCpu: Entrant = { ...stock, name: 'tfjs on cpu', command: [...stock.command, '--cpu'] };
const jax: Entrant = {
  name: 'jax-js',
  command: [process.execPath, pathOf(new URL('./jax.ts', import.meta.url))],
};

/** What any machine with the dependencies has. */
export const peers: readonly Entrant[] = [stock, stockOnCpu, jax];
