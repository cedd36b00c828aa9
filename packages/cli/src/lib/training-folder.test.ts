import { expect, it } from 'vitest';
import { defaultFolder } from './training-folder.ts';

it.each([
  ['two-moons', 'diffeo-two-moons'],
  ['data/wine.csv', 'diffeo-wine'],
  ['/tmp/a b.csv.gz', 'diffeo-a-b'],
  ['../x.2024.csv', 'diffeo-x.2024'],
  ['.csv', 'diffeo-.csv'],
  ['/dev/stdin', 'diffeo-stdin'],
])('the folder for %s is %s', (data, folder) => {
  expect(defaultFolder(data)).toBe(folder);
});
