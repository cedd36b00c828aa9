import { mkdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scratchFolder } from '../../../test/scratch-folder.ts';
import { findData } from './data-source.ts';

const scratch = scratchFolder();
const before = process.cwd();
beforeEach(() => process.chdir(scratch.path));
afterEach(() => process.chdir(before));

describe('findData', () => {
  it('knows toys, digits and files apart', () => {
    expect(findData('pinwheel', {}).kind).toBe('toy');
    expect(findData('digits', {}).kind).toBe('digits');
    expect(findData('data/wine', {}).kind).toBe('csv');
    expect(findData('wine.csv', {}).kind).toBe('csv');
  });

  it('takes the file where a file has the name of a toy', () => {
    scratch.file('rings', 'a\n1\n');
    expect(findData('rings', {}).kind).toBe('csv');
  });

  it('takes a folder for images, unless it is called as something known is', () => {
    mkdirSync('pictures');
    mkdirSync('digits');
    expect(findData('pictures', {})).toMatchObject({ kind: 'images', pictures: true });
    expect(findData('digits', {}).kind).toBe('digits');
    expect(findData('./digits', {})).toMatchObject({ kind: 'images', pictures: true });
    expect(findData('mnist', {})).toMatchObject({ kind: 'images', published: 'mnist' });
    expect(findData('x.npy', {})).toMatchObject({ kind: 'images', pictures: false });
  });

  it('lists what there is when there is none of the name', () => {
    expect(() => findData('toString', {})).toThrow(/no file 'toString'.*digits.*two-moons.*checkerboard/);
  });
});
