import { styleText } from 'node:util';
import type { ArgsDef } from 'citty';
import { version } from '../version.ts';
import type { AnyCommand } from './commands.ts';
import { examples } from './examples.ts';
import { groupedOptions } from './option-groups.ts';

/** No line of a description is longer. */
const width = 100;
/** Names that are longer have their description on the next line. */
const longestName = 26;

const heading = (text: string): string => (process.stdout.isTTY ? styleText('bold', text) : text);

/** Words in lines of some length. */
function wrapped(text: string, room: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) as string;
    if (last !== '' && last.length + 1 + word.length > room) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}

/** Names with what is said of them, in two columns. */
function listed(entries: readonly (readonly [name: string, text: string])[]): string {
  const indent = Math.min(longestName, Math.max(...entries.map(([name]) => name.length))) + 4;
  return entries
    .map(([name, text]) => {
      const lines = wrapped(text, width - indent);
      const [first = '', ...rest] = name.length > indent - 4 ? ['', ...lines] : lines;
      const begin = `  ${name}`;
      const head = first === '' ? begin : `${begin.padEnd(indent)}${first}`;
      return [head, ...rest.map((line) => `${' '.repeat(indent)}${line}`)].join('\n');
    })
    .join('\n');
}

type Option = ArgsDef[string];

/** An option with what it takes. */
function optionName(name: string, option: Option): string {
  const { type, valueHint, options } = option as Option & { readonly valueHint?: string; readonly options?: string[] };
  if (type === 'boolean') return 'negativeDescription' in option ? `--${name}, --no-${name}` : `--${name}`;
  return `--${name} ${type === 'enum' ? (options ?? []).join('|') : (valueHint ?? 'N')}`;
}

function optionText(option: Option): string {
  const {
    description = '',
    negativeDescription,
    required,
  } = option as Option & { readonly negativeDescription?: string };
  return `${description}${negativeDescription ? ` With no-: ${negativeDescription}` : ''}${required ? ' Required.' : ''}`;
}

interface Meta {
  readonly name?: string;
  readonly description?: string;
}

/** How to call a command: its arguments, its options by the data that they belong to, and examples. Plain text, with bold headings on a terminal only. */
export function usage(command: AnyCommand, parent?: AnyCommand): string {
  const { name = '', description = '' } = command.meta as Meta;
  const called = parent ? `${(parent.meta as Meta).name} ${name}` : name;
  const args = (command.args ?? {}) as ArgsDef;
  const places = Object.entries(args).filter(([, { type }]) => type === 'positional');
  const placed = places.map(([place]) => ` ${place.toUpperCase()}`).join('');
  const commands = Object.entries((command.subCommands ?? {}) as Record<string, AnyCommand>);
  const sections = [
    `${description} (${called} ${version()})`,
    `${heading('USAGE')}  ${called}${placed}${commands.length > 0 ? ' COMMAND' : ''} [OPTIONS]`,
    ...(places.length > 0
      ? [
          `${heading('ARGUMENTS')}\n\n${listed(places.map(([place, of]) => [place.toUpperCase(), of.description ?? '']))}`,
        ]
      : []),
    ...(commands.length > 0
      ? [
          `${heading('COMMANDS')}\n\n${listed(commands.map(([own, { meta }]) => [own, (meta as Meta).description ?? '']))}`,
        ]
      : []),
    ...groupedOptions(args).map(
      ({ title, options }) =>
        `${heading(title)}\n\n${listed(options.map(([option, of]) => [optionName(option, of), optionText(of)]))}`,
    ),
    ...(examples[name] ? [`${heading('EXAMPLES')}\n\n${examples[name].map((line) => `  ${line}`).join('\n')}`] : []),
    ...(commands.length > 0 ? [`${called} COMMAND --help says how to use a command.`] : []),
  ];
  return `${sections.join('\n\n')}\n`;
}
