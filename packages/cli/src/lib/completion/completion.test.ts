import { execFileSync } from 'node:child_process';
import { toyDensities } from '@diffeo/datasets';
import { beforeAll, describe, expect, test } from 'vitest';
import { runDiffeo } from '../../../test/run-diffeo.ts';
import { scratchFolder } from '../../../test/scratch-folder.ts';
import { commands } from '../commands/commands.ts';
import { dataNames } from '../commands/completion-command.ts';
import { completionFacts } from './completion-facts.ts';
import { completionScript } from './completion-scripts.ts';

const scratch = scratchFolder();
const script = (shell: 'bash' | 'zsh' | 'fish'): string =>
  completionScript(shell, completionFacts(commands), dataNames);

/** What bash offers for the last of these words. */
function offered(...words: readonly string[]): string[] {
  const line = `source ./complete.bash; COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _diffeo; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['--norc', '-c', line], { cwd: scratch.path, encoding: 'utf8' })
    .split('\n')
    .filter((word) => word !== '')
    .sort();
}

beforeAll(() => {
  scratch.file('complete.bash', script('bash'));
  scratch.file('table.csv', 'a,b\n');
});

describe('in bash', () => {
  test('commands, options and what they take are offered', () => {
    expect(offered('diffeo', 's')).toEqual(['sample', 'score', 'search']);
    expect(offered('diffeo', 'train', '--eff')).toEqual(['--effort']);
    expect(offered('diffeo', 'train', '--effort', '')).toEqual(['best', 'fast', 'standard']);
    expect(offered('diffeo', 'train', '--seed', '')).toEqual([]);
    expect(offered('diffeo', 'train', 'ta')).toEqual(['table.csv']);
    expect(offered('diffeo', 'train', 'two-')).toEqual(['two-moons', 'two-spirals']);
    expect(offered('diffeo', 'report', 'model', '--out', 'comp')).toEqual(['complete.bash']);
  });
});

describe('in each shell', () => {
  test.each(['bash', 'zsh', 'fish'] as const)('every option of every command is there: %s', (shell) => {
    const text = script(shell);
    for (const { name, options } of completionFacts(commands)) {
      expect(text).toContain(name);
      for (const { flag } of options) expect(text).toContain(shell === 'fish' ? `-l ${flag.slice(2)}` : flag);
    }
  });
});

test('the names of data are those that there are', () => {
  expect([...dataNames].sort()).toEqual([...Object.keys(toyDensities), 'digits', 'fashion-mnist', 'mnist'].sort());
});

test('a shell that there is not is refused', async () => {
  const { code, stderr } = await runDiffeo(['completion', 'fis'], scratch.path);
  expect([code, stderr]).toEqual([2, expect.stringContaining("did you mean 'fish'?")]);
});
