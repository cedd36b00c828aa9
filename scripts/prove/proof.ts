import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Problem } from '../lib/problem.mjs';
import { root, workspacePackages } from '../lib/repository.mjs';

/** What a proof is given. */
interface ProofOptions {
  /** How many trials: mutations, kills, seeds, whatever the proof counts. */
  readonly count: number;
  /** The trials depend on this number alone. */
  readonly seed: number;
  /** Prints a line, such as how far it is. */
  print(line: string): void;
}

/** A long test with a name: what the file `prove/NAME.ts` of a package exports. */
export interface Proof {
  /** One sentence: what holds. */
  readonly description: string;
  /** About how long the whole takes on two quiet cores: `'3 minutes'`. */
  readonly takes: string;
  /** How many trials make the whole, and how many the short version in `npm test`. */
  readonly counts: { readonly whole: number; readonly short: number };
  /** Throws where something does not hold; may return a sentence on what was measured. */
  run(options: ProofOptions): Promise<string | undefined> | string | undefined;
}

/** The files of all proofs by name, in the order of their names. */
export function findProofs(
  folders: readonly string[] = workspacePackages().map(({ folder }) => join(root, folder)),
): ReadonlyMap<string, string> {
  const paths = folders.map((folder) => join(folder, 'prove')).flatMap(typescriptIn);
  const found = new Map<string, string>();
  for (const path of paths.sort((a, b) => (basename(a) < basename(b) ? -1 : 1))) {
    const name = basename(path, '.ts');
    const other = found.get(name);
    if (other !== undefined) throw new Problem(`two proofs are named '${name}': ${other} and ${path}`);
    found.set(name, path);
  }
  return found;
}

/** What a proof's file exports; a {@link Problem} where something is missing. */
export async function loadProof(path: string): Promise<Proof> {
  const { description, takes, counts, run } = (await import(pathToFileURL(path).href)) as Partial<Proof>;
  const trials = [counts?.whole, counts?.short].every((count) => Number.isInteger(count) && (count as number) > 0);
  if (!description || !takes || !counts || !trials || !run) {
    throw new Problem(`${path} must export description, takes, counts { whole, short } and run: see CONTRIBUTING.md`);
  }
  return { description, takes, counts, run };
}

function typescriptIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file));
}
