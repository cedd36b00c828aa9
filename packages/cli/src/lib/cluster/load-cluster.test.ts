import { expect, it } from 'vitest';
import { refuseOldNode } from './load-cluster.ts';

it.each(['18.20.8', '20.20.2', '22.11.0'])('jobs are refused on Node %s, by name', (version) => {
  expect(() => refuseOldNode('diffeo jobs', version)).toThrow(
    `diffeo jobs needs Node 22.12 or later, and this is ${version}. Everything else runs on it`,
  );
});

it.each(['22.12.0', '23.0.0', '24.21.0', '100.1.0'])('jobs are done on Node %s', (version) => {
  expect(() => refuseOldNode('diffeo jobs', version)).not.toThrow();
});
