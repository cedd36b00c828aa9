import { readFileSync } from 'node:fs';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';

/** Ways to import that our packages do not serve: they are ES modules. */
const notServed: readonly string[] = ['node10', 'node16-cjs'];

/** What is wrong with the types of a packed package, as whoever imports it as an ES module or bundles it finds them. */
export async function typeProblems(tarball: string): Promise<string[]> {
  const analysis = await checkPackage(createPackageFromTarballData(readFileSync(tarball)));
  if (!analysis.types) return []; // a command alone
  return analysis.problems
    .filter((problem) => !('resolutionKind' in problem && notServed.includes(problem.resolutionKind)))
    .map((problem) => JSON.stringify(problem, (key, value) => (key === 'trace' ? undefined : value)));
}
