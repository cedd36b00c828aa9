/** A line for people, on stderr: stdout is for results alone. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
