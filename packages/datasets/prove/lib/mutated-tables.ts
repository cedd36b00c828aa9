import { type Chance, garbled } from './chance.ts';

/** A file of a table with changes that say nothing about its format: bytes changed, cut, left out, repeated or put in. */
export function mutatedBytes(bytes: Uint8Array, chances: Chance): Uint8Array {
  let changed = bytes;
  for (let times = 1 + chances.upTo(3); times > 0; times--) {
    changed = chances.percent(60) ? flipped(changed, chances) : garbled(changed, chances);
  }
  return changed;
}

/** A byte is another: of the file's ends, where its structure is told, as often as of all. */
function flipped(bytes: Uint8Array, { upTo, pick }: Chance): Uint8Array {
  if (bytes.length === 0) return bytes;
  const end = Math.min(bytes.length, 400);
  const at = pick([() => upTo(bytes.length), () => upTo(end), () => bytes.length - 1 - upTo(end)])();
  const changed = bytes.slice();
  const old = changed[at] as number;
  changed[at] = pick([() => old ^ (1 << upTo(8)), () => upTo(256), () => 0, () => 255, () => old + 1])();
  return changed;
}

/** Lines of JSON of which some were changed, and which of the lines before were left alone. */
export function mutatedLines(
  text: string,
  { upTo, pick }: Chance,
): { readonly text: string; readonly alone: ReadonlySet<number> } {
  const lines = text.split('\n').map((line, row) => ({ line, row }));
  for (let times = 1 + upTo(2); times > 0; times--) {
    const at = upTo(lines.length);
    const { line } = lines[at] ?? { line: '' };
    const put = (changed: string) => () => void lines.splice(at, 1, { line: changed, row: -1 });
    pick<() => unknown>([
      () => lines.splice(at, 1),
      () => lines.splice(at, 0, { line: '', row: -1 }),
      () => lines.splice(at, 0, { line: pick(['null', '3', '"x"', '[]', '{}', '{', '}', '\u0000', '// no']), row: -1 }),
      put(line.slice(0, upTo(line.length))),
      put(line.replace(/:(\d|")/, ': [$1')),
      put(line.replace('"first"', pick(['"first"', '"__proto__"', '"other"', '""']))),
      put(
        line.replace(
          /-?\d+(\.\d+)?/,
          pick(['1e400', '-1e400', '1e39', 'NaN', '"12"', '""', 'null', 'true', '{}', '[1]', '-0']),
        ),
      ),
      put(`${line}${line}`),
      put(`${line} `),
      put(line.replaceAll('"', "'")),
    ])();
  }
  const alone = new Set(lines.flatMap(({ row }) => (row >= 0 ? [row] : [])));
  return { text: lines.map(({ line }) => line).join('\n'), alone };
}
