/** Something the reader of the terminal can put right. Shown as its message alone, without a stack. */
export class Problem extends Error {}

/**
 * Says a line to the person at the terminal, on stderr: stdout belongs to what the command prints.
 *
 * @param {string} line
 */
export function say(line) {
  process.stderr.write(`diffeo: ${line}\n`);
}
