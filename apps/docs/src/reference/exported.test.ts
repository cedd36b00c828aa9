import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exportedBy } from './exported.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'diffeo-exports-'));
  writeFileSync(join(folder, 'index.ts'), "export { type Size, area as surface, scale } from './shapes.ts';\n");
  writeFileSync(
    join(folder, 'shapes.ts'),
    `/** Not of anything below. */
const hidden = 1;
/** How large. */
export interface Size {
  /** In metres. */
  readonly width: number;
}

/**
 * Its surface, see {@link Size}.
 *
 * @param size what is measured
 * @throws RangeError for what is negative
 * @example
 * console.log(area({ width: 2 })); // 4
 */
export function area(size: Size): number {
  return size.width ** hidden;
}

export const scale = (size: Size, by = 2): Size => ({ width: size.width * by });
`,
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

test('exports are found where they are declared, under the names that they are exported by', () => {
  const [size, surface, scale] = exportedBy(join(folder, 'index.ts'));
  expect(size).toMatchObject({ name: 'Size', kind: 'type', doc: { text: 'How large.' } });
  expect(size?.signature).toContain('/** In metres. */');
  expect(surface).toMatchObject({
    name: 'surface',
    kind: 'function',
    signature: 'function area(size: Size): number;',
    doc: {
      text: 'Its surface, see `Size`.',
      params: [{ name: 'size', text: 'what is measured' }],
      throws: ['RangeError for what is negative'],
      examples: ['console.log(area({ width: 2 })); // 4'],
    },
  });
  // A comment that belongs to something else is not taken.
  expect(scale).toMatchObject({
    kind: 'function',
    signature: 'function scale(size: Size, by = 2): Size;',
    doc: { text: '' },
  });
});
