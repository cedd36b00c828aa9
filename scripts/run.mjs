#!/usr/bin/env node
// The one door to this repository: `node scripts/run.mjs <command> [-- args]`, or `npm run <command>`.
// Plain JavaScript for Node 18 and later, with nothing but Node and npm on the host. It brings the pinned toolchain and
// the dependencies first, so each command works as the first one on a clean clone.
import { interruptedBy, leaveAs } from './lib/child.mjs';
import { commands } from './lib/commands.mjs';
import { Problem, say } from './lib/problem.mjs';

const [name = '', ...given] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
const args = given[0] === '--' ? given.slice(1) : given;

try {
  if (command === undefined) {
    throw new Problem(`no command '${name}': say one of ${Object.keys(commands).join(', ')}`);
  }
  if (args.length > 0 && !command.takesArguments) {
    throw new Problem(`'${name}' takes no arguments, but got: ${args.join(' ')}`);
  }
  leaveAs(await command.run(args));
} catch (error) {
  if (interruptedBy() === undefined)
    say(error instanceof Problem ? error.message : String(error instanceof Error ? error.stack : error));
  leaveAs({ code: 1, signal: interruptedBy() });
}
