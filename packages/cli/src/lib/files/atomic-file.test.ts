import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratchFolder } from '../../../test/scratch-folder.ts';
import { atomicFile, writeAtomically } from './atomic-file.ts';

const scratch = scratchFolder();
const temporary = () => readdirSync(scratch.path).filter((name) => name.endsWith('.tmp'));

describe('atomicFile', () => {
  it('shows the old content until the new is whole', () => {
    const path = scratch.file('a.txt', 'old');
    const file = atomicFile(path);
    file.write('new ');
    file.write(Buffer.from('content'));
    expect(readFileSync(path, 'utf8')).toBe('old');
    file.commit();
    expect(readFileSync(path, 'utf8')).toBe('new content');
    file.discard();
    expect(readFileSync(path, 'utf8')).toBe('new content');
    expect(temporary()).toEqual([]);
  });

  it('leaves everything as it was when discarded', () => {
    const path = scratch.file('b.txt', 'old');
    const file = atomicFile(path);
    file.write('new');
    file.discard();
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(temporary()).toEqual([]);
  });

  it('writes the file that a link leads to and keeps the link', () => {
    const path = scratch.file('target.txt', 'old');
    const link = join(scratch.path, 'link.txt');
    symlinkSync(path, link);
    writeAtomically(link, 'new');
    expect(readFileSync(path, 'utf8')).toBe('new');
  });

  it('refuses folders, devices and places that are not there', () => {
    expect(() => atomicFile(scratch.path)).toThrow('it is a folder');
    expect(() => atomicFile('/dev/null')).toThrow('it is not a file');
    expect(() => atomicFile(join(scratch.path, 'nowhere', 'x'))).toThrow('there is no such file or folder');
  });

  it('leaves nothing beside when it cannot take its place', () => {
    const path = join(scratch.path, 'taken');
    const file = atomicFile(path);
    file.write('x');
    mkdirSync(path);
    expect(() => file.commit()).toThrow(/taken cannot be written/);
    file.discard();
    expect(temporary()).toEqual([]);
    rmSync(path, { recursive: true });
  });
});
