import type { ArgsDef } from 'citty';

/** An option as shells complete it. */
export interface CompletedOption {
  /** With its dashes. */
  readonly flag: string;
  readonly description: string;
  /** What it takes: nothing, one of these words, a file or a folder, or anything else. */
  readonly takes: 'nothing' | 'path' | 'anything' | readonly string[];
}

/** A command as shells complete it. */
export interface CompletedCommand {
  readonly name: string;
  readonly description: string;
  readonly options: readonly CompletedOption[];
}

/** Commands by their names, as citty has them. */
export type CompletedCommands = Readonly<Record<string, { readonly meta?: unknown; readonly args?: unknown }>>;

const paths: ReadonlySet<string> = new Set(['out', 'folder', 'contexts']);

const takes = (
  name: string,
  { type, options }: ArgsDef[string] & { readonly options?: string[] },
): CompletedOption['takes'] => {
  if (type === 'boolean') return 'nothing';
  if (type === 'enum' && options) return options;
  return paths.has(name) ? 'path' : 'anything';
};

/** What there is to complete, from the commands themselves. */
export function completionFacts(commands: CompletedCommands): readonly CompletedCommand[] {
  return Object.entries(commands).map(([name, { meta, args }]) => {
    const options = Object.entries((args ?? {}) as ArgsDef).filter(([, { type }]) => type !== 'positional');
    return {
      name,
      description: (meta as { readonly description?: string } | undefined)?.description ?? '',
      options: [
        ...options.map(([option, definition]) => ({
          flag: `--${option}`,
          description: definition.description ?? '',
          takes: takes(option, definition),
        })),
        { flag: '--help', description: 'Say how to use the command.', takes: 'nothing' as const },
      ],
    };
  });
}
