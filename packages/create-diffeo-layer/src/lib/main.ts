import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { defineCommand, renderUsage, runCommand } from 'citty';
import { createPackage } from './create-package.ts';
import { manifest } from './manifest.ts';
import { folderOf } from './package-name.ts';
import { Refusal } from './refusal.ts';

const options = ['dir', 'help', 'version'];

const command = defineCommand({
  meta: {
    name: 'create-diffeo-layer',
    version: manifest().version,
    description: "Makes a package with a layer for Diffeo's normalizing flows, proved by its conformance test.",
  },
  args: {
    name: {
      type: 'positional',
      required: true,
      description: 'The new package, as npm will know it: my-layer or @me/my-layer.',
    },
    dir: { type: 'string', description: 'An empty or new folder for it. Default: the name without its scope.' },
    help: { type: 'boolean', description: 'Say this.' },
    version: { type: 'boolean', description: 'Print the version.' },
  },
  run: ({ args }) => {
    const unknown = Object.keys(args).find((name) => name !== '_' && name !== 'name' && !options.includes(name));
    if (unknown) throw new Refusal(`there is no option '${unknown}': see --help`);
    if (args._.length > 1) throw new Refusal(`one name at a time; got ${args._.join(', ')}`);
    if (args.dir === '') throw new Refusal('--dir needs a folder');
    const folder = createPackage({ name: args.name, folder: args.dir ?? folderOf(args.name) });
    const place = relative(process.cwd(), folder);
    process.stdout.write(`Made ${args.name}${place && ` in ${place}`}: a layer, its test, and what a package needs.

${place && `  cd ${place}\n`}  npm install
  npm test         # the conformance test
  npm run build

What comes next: https://github.com/diffeo/diffeo/blob/main/docs/plugins.md
`);
  },
});

async function usage(): Promise<string> {
  const text = `${await renderUsage(command)}\n`;
  return process.stdout.isTTY ? text : stripVTControlCharacters(text);
}

/** Runs the command with these arguments and returns the exit code. 0: made; 1: it failed; 2: it was refused. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    if (args.length === 0) {
      process.stderr.write(await usage());
      return 2;
    }
    if (args.includes('--help')) {
      process.stdout.write(await usage());
      return 0;
    }
    if (args.includes('--version')) {
      process.stdout.write(`${manifest().version}\n`);
      return 0;
    }
    await runCommand(command, { rawArgs: [...args] });
    return 0;
  } catch (error) {
    process.stderr.write(`create-diffeo-layer: ${error instanceof Error ? error.message : error}\n`);
    const refused = error instanceof Refusal || (error instanceof Error && error.name === 'CLIError');
    return refused ? 2 : 1;
  }
}
