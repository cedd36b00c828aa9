import { mkdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scratchFolder } from '../../../test/scratch-folder.ts';
import { findData } from './find-data.ts';

const scratch = scratchFolder();
const before = process.cwd();
beforeEach(() => process.chdir(scratch.path));
afterEach(() => process.chdir(before));

describe('findData', () => {
  const isOurs = (name: string): boolean => findData(name, {}).isOurs;

  it('knows toys, digits and files apart', () => {
    expect(['pinwheel', 'digits', 'mnist'].map(isOurs)).toEqual([true, true, true]);
    expect(['data/wine', 'wine.csv', './digits', 'x.npy', '-'].map(isOurs)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
    const csv = { delimiter: ';' };
    expect(findData('wine.csv', csv).name).toBe('wine.csv');
    for (const name of ['pinwheel', 'digits', 'mnist', 'x.npy']) {
      expect(() => findData(name, csv), name).toThrow(`--delimiter is for CSV files, and '${name}' is none`);
    }
  });

  it('takes the file where a file has the name of a toy', () => {
    scratch.file('rings', 'a\n1\n');
    expect(isOurs('rings')).toBe(false);
  });

  it('takes a folder for images, unless it is called as something known is', () => {
    mkdirSync('pictures');
    mkdirSync('digits');
    const csv = { delimiter: ';' };
    expect(() => findData('pictures', csv)).toThrow("--delimiter is for CSV files, and 'pictures' is none");
    expect(isOurs('pictures')).toBe(false);
    expect(isOurs('digits')).toBe(true);
    expect(isOurs('./digits')).toBe(false);
  });

  it('lists what there is when there is none of the name', () => {
    expect(() => findData('toString', {})).toThrow(/no file 'toString'.*digits.*two-moons.*checkerboard/);
  });
});
