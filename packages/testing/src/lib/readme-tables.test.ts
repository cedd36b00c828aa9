import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { baseChecks, layerChecks } from './checks/all-checks.ts';
import { checkControl } from './controls/check-control.ts';
import { negativeControls } from './controls/negative-controls.ts';
import type { Check } from './plan/check.ts';

// The README's two tables are written from what the code says and does: `vitest run -u` puts them right.
const path = fileURLToPath(new URL('../../README.md', import.meta.url));

/** As many other checks as the table names; a part that cannot be run at all fails nearly every one. */
const named = 6;

interface Verdict {
  readonly name: string;
  readonly brokenCheck: string;
  readonly failed: readonly string[];
}
let verdicts: readonly Verdict[] = [];

beforeAll(async () => {
  const found: Verdict[] = [];
  for (const control of negativeControls) {
    const { checks } = await checkControl(control);
    const failed = checks.filter(({ passed }) => !passed).map(({ name }) => name);
    found.push({ name: control.name, brokenCheck: control.brokenCheck, failed });
  }
  verdicts = found;
});

test('every control is rejected by the check that is named for it, among all checks', () => {
  expect(verdicts.filter(({ brokenCheck, failed }) => !failed.includes(brokenCheck))).toEqual([]);
});

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');

const forWhat = (check: Check): string => {
  const [layers, bases] = [layerChecks.includes(check), baseChecks.includes(check)];
  return layers && bases ? 'both' : layers ? 'layers' : 'bases';
};

const checksTable = (): string =>
  table(
    ['check', 'what must hold', 'may be off by', 'of'],
    [...new Set([...layerChecks, ...baseChecks])].map((check) => [
      `\`${check.name}\``,
      check.holds,
      check.allows,
      forWhat(check),
    ]),
  );

function others({ brokenCheck, failed }: Verdict): string {
  const rest = failed.filter((name) => name !== brokenCheck).map((name) => `\`${name}\``);
  return rest.length > named ? `${rest.length} others` : rest.join(', ') || '–';
}

const controlsTable = (): string =>
  table(
    ['control', 'must be rejected by', 'is also rejected by'],
    verdicts.map((verdict) => [`\`${verdict.name}\``, `\`${verdict.brokenCheck}\``, others(verdict)]),
  );

/** The text with what stands between two marks replaced. */
function replaced(text: string, mark: string, content: string): string {
  const block = new RegExp(`(<!-- ${mark} -->\\n).*?(<!-- end of ${mark} -->)`, 's');
  expect(text).toMatch(block);
  return text.replace(block, (_, begin: string, end: string) => `${begin}\n${content}\n${end}`);
}

test('the README lists every check, and every control with what rejects it', async () => {
  const readme = readFileSync(path, 'utf8');
  const right = replaced(replaced(readme, 'checks', checksTable()), 'controls', controlsTable());
  await expect(right).toMatchFileSnapshot(path);
});
