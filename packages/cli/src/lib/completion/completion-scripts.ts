import type { CompletedCommand, CompletedOption } from './completion-facts.ts';

/** The shells that a script can be written for. */
export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

const isList = (takes: CompletedOption['takes']): takes is readonly string[] => typeof takes !== 'string';
/** Text between single quotes, for all three shells. */
const quoted = (text: string): string => `'${text.replaceAll("'", shellQuote)}'`;
const shellQuote = "'\\''";
/** What zsh and fish show beside a word: the first sentence. */
const brief = (text: string): string => (/^[^.]*/.exec(text)?.[0] ?? '').replaceAll(/[[\]:`$"\\]/g, ' ').trim();

function bash(commands: readonly CompletedCommand[], data: readonly string[]): string {
  const values = commands.flatMap(({ name, options }) =>
    options.flatMap(({ flag, takes }) => {
      if (isList(takes))
        return [`    '${name} ${flag}') COMPREPLY=($(compgen -W '${takes.join(' ')}' -- "$cur")); return ;;`];
      if (takes === 'path') return [`    '${name} ${flag}') COMPREPLY=($(compgen -f -- "$cur")); return ;;`];
      return takes === 'anything' ? [`    '${name} ${flag}') COMPREPLY=(); return ;;`] : [];
    }),
  );
  const options = commands.map(
    ({ name, options: own }) =>
      `        ${name}) COMPREPLY=($(compgen -W '${own.map(({ flag }) => flag).join(' ')}' -- "$cur")) ;;`,
  );
  return `# Completion of diffeo for bash: put  source <(diffeo completion bash)  into ~/.bashrc
_diffeo() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}"
  local IFS=$' \\t\\n'
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${commands.map(({ name }) => name).join(' ')} --help --version' -- "$cur"))
    return
  fi
  case "$command $prev" in
${values.join('\n')}
  esac
  case "$cur" in
    -*)
      case "$command" in
${options.join('\n')}
      esac
      return ;;
  esac
  COMPREPLY=($(compgen -f -- "$cur") $(compgen -W '${data.join(' ')}' -- "$cur"))
}
complete -o filenames -F _diffeo diffeo
`;
}

function zsh(commands: readonly CompletedCommand[], data: readonly string[]): string {
  const spec = ({ flag, description, takes }: CompletedOption): string => {
    const value = isList(takes)
      ? `:value:(${takes.join(' ')})`
      : takes === 'path'
        ? ':file:_files'
        : takes === 'anything'
          ? ':value: '
          : '';
    return `        ${quoted(`${flag}[${brief(description)}]${value}`)}`;
  };
  const cases = commands.map(
    ({ name, options }) =>
      `      ${name})\n        _arguments \\\n${options.map(spec).join(' \\\n')} \\\n        '*:data:_diffeo_data' ;;`,
  );
  const listed = commands.map(({ name, description }) => `      ${quoted(`${name}:${brief(description)}`)}`);
  return `#compdef diffeo
# Completion of diffeo for zsh: diffeo completion zsh > "\${fpath[1]}/_diffeo"
_diffeo_data() {
  _alternative 'files:file:_files' 'names:data:(${data.join(' ')})'
}
_diffeo() {
  local line state
  _arguments -C '1:command:->command' '*::argument:->argument'
  case $state in
    command)
      local -a all=(
${listed.join('\n')}
      )
      _describe command all ;;
    argument)
      case $line[1] in
${cases.join('\n')}
      esac ;;
  esac
}
if [ "$funcstack[1]" = _diffeo ]; then _diffeo "$@"; else compdef _diffeo diffeo; fi
`;
}

function fish(commands: readonly CompletedCommand[], data: readonly string[]): string {
  const lines = commands.flatMap(({ name, description, options }) => [
    `complete -c diffeo -n __fish_use_subcommand -f -a ${name} -d ${quoted(brief(description))}`,
    ...options.map(({ flag, description: text, takes }) => {
      const value = isList(takes)
        ? ` -x -a ${quoted(takes.join(' '))}`
        : takes === 'path'
          ? ' -r -F'
          : takes === 'anything'
            ? ' -x'
            : '';
      return `complete -c diffeo -n '__fish_seen_subcommand_from ${name}' -l ${flag.slice(2)}${value} -d ${quoted(brief(text))}`;
    }),
  ]);
  return `# Completion of diffeo for fish: diffeo completion fish > ~/.config/fish/completions/diffeo.fish
${lines.join('\n')}
complete -c diffeo -n 'not __fish_use_subcommand' -a ${quoted(data.join(' '))}
`;
}

const scripts: Readonly<Record<Shell, typeof bash>> = { bash, zsh, fish };

/** The script by which a shell completes commands, options and what these take; `data` are the names of data that need no file. */
export const completionScript = (
  shell: Shell,
  commands: readonly CompletedCommand[],
  data: readonly string[],
): string => scripts[shell](commands, data);
