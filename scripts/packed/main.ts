import { metadataProblems } from './metadata-problems.ts';
import { typeProblems } from './type-problems.ts';

// `node scripts/packed/main.ts metadata|types TARBALL…` looks at packages as they would be published, all in one process:
// what it loads to look at one serves the others. It prints what is wrong and exits with 1, or prints nothing.
const looks = { metadata: metadataProblems, types: typeProblems } as const;

const [what, ...tarballs] = process.argv.slice(2);
const look = looks[what as keyof typeof looks];
for (const tarball of tarballs) {
  for (const problem of await look(tarball)) {
    process.exitCode = 1;
    process.stdout.write(`${tarball}: ${problem}\n`);
  }
}
