import { describe, expect, it, vi } from 'vitest';
import { runDiffeo } from '../../test/run-diffeo.ts';
import { scratchFolder } from '../../test/scratch-folder.ts';
import { version } from './version.ts';

const scratch = scratchFolder();
const diffeo = (...args: string[]) => runDiffeo(args, scratch.path);

describe('diffeo', () => {
  it('prints its version', async () => {
    expect(await diffeo('--version')).toEqual({ code: 0, stdout: `${version()}\n`, stderr: '' });
  });

  it('explains itself and each command, without colours where there is no terminal', async () => {
    const whole = await diffeo('--help');
    expect(whole).toMatchObject({ code: 0, stderr: '' });
    for (const command of ['train', 'score', 'sample', 'inspect']) {
      expect(whole.stdout).toContain(` ${command} `);
      const { code, stdout, stderr } = await diffeo(command, '--help');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain(`diffeo ${command}`);
      expect(stdout).not.toContain('\u001b');
    }
  });

  it('shows its usage on stderr, as an error, when nothing was asked', async () => {
    const { code, stdout, stderr } = await diffeo();
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('USAGE');
  });

  it.each(['frobnicate', 'constructor', '--frob'])('refuses %s', async (name) => {
    const { code, stdout, stderr } = await diffeo(name);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /^diffeo: there is no (command|option) \S+; the commands are train, score, sample, reconstruct, interpolate, inspect/,
    );
  });

  it('shows where an error comes from with DIFFEO_DEBUG=1 only', async () => {
    const plain = await diffeo('train', 'nothing');
    expect(plain.stderr).not.toContain('data-source');
    vi.stubEnv('DIFFEO_DEBUG', '1');
    const debug = await diffeo('train', 'nothing');
    vi.unstubAllEnvs();
    expect(debug.stderr).toContain('data-source');
  });
});
