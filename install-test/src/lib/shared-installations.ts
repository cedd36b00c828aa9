import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { inject } from 'vitest';
import { copyFixtures, type Installation, inFolder, install } from './install.ts';
import type {} from './pack.setup.ts';
import { everything } from './packed-packages.ts';
import { installingPages } from './pages.ts';

/**
 * All of our packages, installed twice for all test files: an installation takes npm five seconds or more.
 *
 * - `hoisted`, as npm does it by default, with what programs of the tests take besides.
 * - `linked`, where each package finds what its own package.json names, and nothing that npm has hoisted for others: a folder with
 *   links to some of them is as good as one into which only these were installed.
 */
const sharedPackages = {
  hoisted: () => [
    ...everything,
    '@tensorflow/tfjs-backend-cpu',
    '@tensorflow/tfjs-backend-wasm',
    'typescript',
    'valibot',
  ],
  linked: () => {
    const ofOthers = installingPages
      .flatMap(({ packages }) => packages)
      .filter((name) => !/^(@diffeo\/|create-)/.test(name));
    const backends = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu', '@tensorflow/tfjs-backend-wasm'];
    return ['--install-strategy=linked', ...everything, ...new Set([...ofOthers, ...backends])];
  },
} as const;

/** What the file that made an installation tells the others. */
interface Shared {
  readonly folder: string;
  /** Where the packages lie that were asked for, by name. */
  readonly places: Readonly<Record<string, string>>;
}

/** Where packages lie that were installed by these names. Of linked ones the links go, since whatever lies below would find them. */
function placesIn(folder: string, isLinked: boolean): Shared['places'] {
  const modules = join(folder, 'node_modules');
  const scoped = readdirSync(modules)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(modules, name)).map((each) => `${name}/${each}`) : [name],
    );
  const places = scoped.map((name) => [name, realpathSync(join(modules, name))] as const);
  if (isLinked) for (const name of scoped) rmSync(join(modules, name));
  return Object.fromEntries(places);
}

/** An installation. The first test file that asks makes it, the others wait for it; nobody changes what is in it. */
async function shared(name: keyof typeof sharedPackages): Promise<Shared> {
  const place = join(inject('sharedInstallations'), name);
  const note = `${place}.json`;
  const tell = (said: Shared | { readonly failure: string }): void => {
    writeFileSync(`${note}.part`, JSON.stringify(said));
    renameSync(`${note}.part`, note);
  };
  const isFirst = mkdirSync(place, { recursive: true }) !== undefined;
  if (isFirst) {
    await install(sharedPackages[name](), [], place).then(
      ({ folder }) => tell({ folder, places: placesIn(folder, name === 'linked') }),
      ({ message }: Error) => tell({ failure: message }),
    );
  }
  while (!existsSync(note)) await wait(50);
  const said = JSON.parse(readFileSync(note, 'utf8'));
  if ('failure' in said) throw new Error(said.failure);
  return said;
}

/** A new folder below the hoisted installation: what runs there finds all of our packages. */
export async function amongEverything(fixtures: readonly string[] = []): Promise<Installation> {
  const installation = inFolder(mkdtempSync(join((await shared('hoisted')).folder, 'use-')));
  copyFixtures(fixtures, installation.folder);
  return installation;
}

/** Makes links to packages in the `node_modules` of a folder. */
function linkTo(places: Shared['places'], names: readonly string[], folder: string): void {
  for (const name of names) {
    const place = places[name];
    if (place === undefined) throw new Error(`${name} is not among the shared packages: ${Object.keys(places)}`);
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(place, link, 'junction');
  }
}

/** A new folder in which nothing is found but these packages, and with them what they ask for. */
export async function withLinksTo(names: readonly string[], fixtures: readonly string[] = []): Promise<Installation> {
  const { places } = await shared('linked');
  const installation = inFolder(mkdtempSync(join(tmpdir(), 'diffeo-linked-')));
  writeFileSync(join(installation.folder, 'package.json'), '{ "type": "module", "private": true }\n');
  linkTo(places, names, installation.folder);
  copyFixtures(fixtures, installation.folder);
  return installation;
}

/** A new folder with copies of our packages that may be changed, beside links to all that is not ours. */
export async function withCopiesOf(names: readonly string[], fixtures: readonly string[] = []): Promise<Installation> {
  const { places } = await shared('hoisted');
  const installation = inFolder(mkdtempSync(join(tmpdir(), 'diffeo-copies-')));
  linkTo(
    places,
    Object.keys(places).filter((name) => !name.startsWith('@diffeo/')),
    installation.folder,
  );
  for (const name of names)
    cpSync(places[name] as string, join(installation.folder, 'node_modules', name), { recursive: true });
  copyFixtures(fixtures, installation.folder);
  return installation;
}

/** Where copies of our packages lie that a program in a folder may get, by way of what each asks for. */
export function copiesFor({ folder }: Installation): readonly string[] {
  const found = new Set<string>();
  const look = (modules: string): void => {
    const scope = join(modules, '@diffeo');
    for (const name of existsSync(scope) ? readdirSync(scope) : []) {
      const place = realpathSync(join(scope, name));
      if (found.has(place)) continue;
      found.add(place);
      look(join(place, 'node_modules'));
      look(dirname(dirname(place)));
    }
  };
  const above = existsSync(join(folder, 'node_modules')) ? folder : dirname(folder);
  look(join(above, 'node_modules'));
  return [...found];
}
