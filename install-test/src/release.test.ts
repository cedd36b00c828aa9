import { diff, satisfies } from 'semver';
import { beforeAll, describe, expect, test } from 'vitest';
import { packedPackages } from './lib/packed-packages.ts';
import { type Manifest, planRelease, type Release } from './lib/plan-release.ts';

const names = packedPackages.map(({ manifest }) => manifest.name).sort();
const others = (name: string): string[] => names.filter((each) => each !== name);

/** Every package with a version of its own: `<major>.1.1`, `<major>.2.1`, … */
const versionsFrom = (major: number) => Object.fromEntries(names.map((name, i) => [name, `${major}.${i + 1}.1`]));

const version = (manifests: Release['after'], name: string): string => manifests.get(name)?.version ?? '';
const bump = ({ before, after }: Release, name: string) => diff(version(before, name), version(after, name));

/** What packing makes of a range of the workspace, at the versions of that time. */
const published = (range: string, at: string): string => range.replace(/^workspace:([~^]?)\*?$/, `$1${at}`);

/** What a user's tree would say of a release: packages as last published, each with ranges that must hold now. */
function brokenRanges({ before, after }: Release): string[] {
  return names.flatMap((name) => {
    const released = version(after, name) !== version(before, name);
    const { dependencies, peerDependencies } = after.get(name) as Manifest;
    return Object.entries({ ...dependencies, ...peerDependencies }).flatMap(([dependency, range]) => {
      if (!names.includes(dependency)) return [];
      const wanted = published(range, version(released ? after : before, dependency));
      const there = version(after, dependency);
      return satisfies(there, wanted) ? [] : [`${name} wants ${dependency}@${wanted} and finds ${there}`];
    });
  });
}

describe.each([
  ['before 1.0', 0],
  ['from 1.0 on', 1],
])('%s', (_when, major) => {
  const versions = versionsFrom(major);

  describe('a minor release of core', () => {
    let release: Release;
    beforeAll(async () => {
      release = await planRelease({ changeset: { '@diffeo/core': 'minor' }, versions });
    });

    test('is one of core', () => {
      expect(bump(release, '@diffeo/core')).toBe('minor');
    });

    test('is at most a patch of any other package, and each keeps its own number', () => {
      for (const name of others('@diffeo/core')) expect(['patch', null], name).toContain(bump(release, name));
    });

    test('breaks no range', () => {
      expect(brokenRanges(release)).toEqual([]);
    });

    test('leaves the ranges in the workspace as they are', () => {
      for (const name of names) {
        const ranges = ({ before, after }: Release) =>
          [before, after].map((each) => [each.get(name)?.dependencies, each.get(name)?.peerDependencies]);
        const [was, is] = ranges(release);
        expect(is).toEqual(was);
      }
    });
  });

  test('a minor release of a layer package leaves all alone but what is made of layers', async () => {
    const release = await planRelease({ changeset: { '@diffeo/layers-glow': 'minor' }, versions });
    expect(bump(release, '@diffeo/layers-glow')).toBe('minor');
    for (const name of others('@diffeo/layers-glow')) {
      const isMadeOfIt = ['@diffeo/cli', '@diffeo/pytorch'].includes(name);
      expect(isMadeOfIt ? ['patch', null] : [null], name).toContain(bump(release, name));
    }
    expect(brokenRanges(release)).toEqual([]);
  });
});

test('from 1.0 on, a minor release of core is of core alone', async () => {
  const release = await planRelease({ changeset: { '@diffeo/core': 'minor' }, versions: versionsFrom(1) });
  for (const name of others('@diffeo/core')) expect(bump(release, name), name).toBeNull();
});

test('the changesets that wait leave no public package without a release, and break no range', async () => {
  const release = await planRelease({});
  for (const name of names) expect(version(release.after, name), name).not.toBe('0.0.0');
  expect(brokenRanges(release)).toEqual([]);
});
