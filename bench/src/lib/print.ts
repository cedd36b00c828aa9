/** A result on stdout: one object, or a table for people. */
export function print<T>(result: T, asJson: boolean | undefined, table: (result: T) => string): void {
  process.stdout.write(`${asJson ? JSON.stringify(result, null, 2) : table(result)}\n`);
}
