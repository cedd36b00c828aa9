import type { ArgsDef } from 'citty';
import { csvArguments } from '../options/csv-arguments.ts';
import { flowArguments } from '../options/flow-arguments.ts';
import { imageArguments } from '../options/image-arguments.ts';
import { jobArguments } from '../options/job-arguments.ts';

type Option = ArgsDef[string];

interface Group {
  readonly title: string;
  has(name: string, option: Option): boolean;
}

/** Whether an option is one of those that several commands share; another of the same name is not. */
const among =
  (shared: ArgsDef) =>
  (name: string, option: Option): boolean =>
    shared[name] === option;

const named =
  (...names: readonly string[]) =>
  (name: string): boolean =>
    names.includes(name);

const either =
  (...tests: readonly Group['has'][]): Group['has'] =>
  (name, option) =>
    tests.some((test) => test(name, option));

/** The options of a command by the data that they belong to, in this order; those that no other group has come first. */
const groups: readonly Group[] = [
  {
    title: 'TABLES',
    has: either(named('effort', 'context', 'given', 'contexts', 'top', 'votes', 'blame'), among(csvArguments)),
  },
  {
    title: 'IMAGES',
    has: either(
      among(imageArguments),
      named('dequantize', 'pad', 'flips', 'part'),
      // Columns of a sheet.
      (name, option) => name === 'columns' && option !== csvArguments.columns,
    ),
  },
  { title: 'ONE FLOW, and how it is trained', has: among(flowArguments) },
  { title: 'IN PARTS, on many machines', has: either(among(jobArguments), named('engine', 'root')) },
  { title: 'RESULT', has: named('out', 'format', 'json', 'resume', 'anew') },
];

/** Options under the titles of their groups. */
export function groupedOptions(
  args: ArgsDef,
): readonly { readonly title: string; readonly options: readonly (readonly [name: string, option: Option])[] }[] {
  const options = Object.entries(args).filter(([, { type }]) => type !== 'positional');
  const groupOf = ([name, option]: (typeof options)[number]) => groups.find(({ has }) => has(name, option));
  return [{ title: 'OPTIONS' }, ...groups].flatMap((group) => {
    const own = options.filter((option) => (groupOf(option)?.title ?? 'OPTIONS') === group.title);
    return own.length > 0 ? [{ title: group.title, options: own }] : [];
  });
}
