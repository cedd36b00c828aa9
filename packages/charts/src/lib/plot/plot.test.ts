import { decode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { rasterise } from '../rasterise.ts';
import { area } from './area.ts';
import { bars } from './bars.ts';
import { contours } from './contours.ts';
import { deformation } from './deformation.ts';
import { dots } from './dots.ts';
import { labels } from './labels.ts';
import { line } from './line.ts';
import type { Mark } from './mark.ts';
import { pixels } from './pixels.ts';
import type { PlanePoint } from './plane.ts';
import { type Plot, plot } from './plot.ts';
import { pageTheme } from './theme.ts';

const frame = { title: 'A plot', width: 320, height: 240, x: { domain: [-2, 2] }, y: { domain: [-2, 2] } } as const;
const draw = (marks: readonly Mark[], more: Partial<Plot> = {}): string => plot({ ...frame, marks, ...more });
const wave = Array.from({ length: 9 }, (_, i): PlanePoint => [i / 2 - 2, Math.sin(i / 2)]);
const box = { columns: 12, rows: 12, x: [-2, 2], y: [-2, 2] } as const;
/** A hill around the origin, at the middle of each box. */
const hill = Array.from({ length: 144 }, (_, i) => {
  const [x, y] = [((i % 12) + 0.5) / 3 - 2, (Math.floor(i / 12) + 0.5) / 3 - 2];
  return Math.exp(-(x * x + y * y));
});
/** A grid of three by two cells. */
const grid = {
  columns: 3,
  rows: 2,
  corners: Array.from({ length: 12 }, (_, i) => [(i % 4) - 1.5, Math.floor(i / 4) - 1 + 0.1 * i]).flat(),
};

describe('plot', () => {
  test('draws every mark', async () => {
    const marks = [
      contours({ ...box, values: hill, thresholds: [0.2, 0.5] }),
      pixels({ values: [0, 1, 0.5, 0.5], columns: 2, rows: 2, x: [1, 2], y: [1, 2], range: [0, 1], color: 'ink' }),
      deformation({ ...grid, values: [-1, -0.5, 0, 0.25, 0.5, 2] }),
      area({ points: wave, opacity: 0.25, color: 'second' }),
      line({ points: wave, color: 'second', dash: [4, 2] }),
      dots({ points: wave, radius: 3, color: '#00ff00' }),
      labels({ labels: [{ text: 'here & there', at: [0, 0], shift: [4, -4], anchor: 'start' }] }),
    ];
    const axes = {
      x: { domain: [-2, 2], label: 'x < y' },
      y: { domain: [-2, 2], label: 'y', ticks: [-1, 0, 1] },
    } as const;
    await expect(draw(marks, axes)).toMatchFileSnapshot('./plot.golden.svg');
  });

  test('is a picture that the renderer can read, of the size that was asked for', async () => {
    const svg = draw([contours({ ...box, values: hill, thresholds: [0.2, 0.5] }), dots({ points: wave })]);
    expect(decode(await rasterise(svg))).toMatchObject({ width: 640, height: 480 });
  });

  test('says what it shows, escaped', () => {
    expect(draw([], { title: 'p < q & "r"' })).toContain('role="img" aria-label="p &lt; q &amp; &quot;r&quot;"');
  });

  test('takes its colours from the page, if told to', () => {
    const svg = draw([line({ points: wave })], { theme: pageTheme });
    expect(svg).toContain('stroke="var(--diffeo-first, #2f74d9)"');
    expect(svg).toContain('font-family="inherit"');
  });

  test('has no identifiers, so that many plots can stand in one page', () => {
    expect(draw([contours({ ...box, values: hill, thresholds: [0.5] }), area({ points: wave })])).not.toMatch(
      / id=|url\(/,
    );
  });

  test('writes round numbers along the axes, and none when there are to be none', () => {
    const texts = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text);
    expect(texts(draw([], { y: { domain: [0, 0.31], ticks: 3 } }))).toEqual(['−2', '−1', '0', '1', '2', '0', '0.2']);
    expect(texts(draw([], { x: { domain: [0, 1], ticks: 0 }, y: { domain: [0, 1], ticks: 0 } }))).toEqual([]);
  });

  test('areas stand on either axis', () => {
    const margin = { left: 0, right: 0, top: 0, bottom: 0 };
    const points: PlanePoint[] = [
      [1, -1],
      [1, 1],
    ];
    const shape = (along: 'x' | 'y') => draw([area({ points, along })], { margin }).match(/d="(M[^"]*Z)"/)?.[1];
    expect(shape('y')).toBe('M160 180L240 180L240 60L160 60Z');
    expect(shape('x')).toBe('M240 120L240 180L240 60L240 120Z');
  });

  test('bars stand on their base, and one without height is not drawn', () => {
    const margin = { left: 0, right: 0, top: 0, bottom: 0 };
    const two = bars({
      bars: [
        { from: -1, to: 0, height: 1 },
        { from: 0, to: 1, height: 0 },
      ],
    });
    expect(draw([two], { margin })).toContain('d="M80 120V60H160V120Z"');
  });

  test('a legend stands above the plane, annotations beyond it, and numbers are written as told', () => {
    const svg = draw([], {
      x: { domain: [0, 1], ticks: [1], format: (value) => `${value} < 2` },
      legend: [
        { label: 'a & b', color: 'second', shape: 'dashes' },
        { label: 'c', shape: 'area' },
        { label: 'd', shape: 'dot' },
      ],
      annotations: [labels({ labels: [{ text: 'outside', at: [2, 0] }] })],
    });
    expect(svg).toContain('1 &lt; 2');
    expect(svg).toContain('a &amp; b');
    expect(svg).toContain('stroke-dasharray="4 2"');
    const inside = svg.slice(svg.indexOf('<svg x='), svg.indexOf('</svg>'));
    expect(svg).toContain('outside');
    expect(inside).not.toContain('outside');
    expect(inside).toContain('y="30"'); // 8, and 22 for the legend
  });

  test('empty marks draw nothing', () => {
    const empty = [
      area({ points: [] }),
      bars({ bars: [] }),
      line({ points: [] }),
      dots({ points: [] }),
      contours({ ...box, values: hill, thresholds: [9] }),
    ];
    expect(draw(empty)).toBe(draw([]));
  });

  test('contours surround what is above the level', () => {
    const d = draw([contours({ ...box, values: hill, thresholds: [0.5] })]).match(/<g fill.*?d="([^"]*)"/)?.[1] ?? '';
    const radii = [...d.matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(([, x, y]) => {
      const [across, up] = [(Number(x) - 40) / 270, (Number(y) - 8) / 212];
      return Math.hypot(4 * across - 2, 4 * up - 2);
    });
    expect(radii.length).toBeGreaterThan(8);
    for (const radius of radii) expect(Math.abs(radius - Math.sqrt(Math.LN2))).toBeLessThan(0.05);
  });

  test.each<[string, () => unknown, string]>([
    ['a point that is NaN', () => draw([line({ points: [[0, Number.NaN]] })]), 'NOT_FINITE'],
    [
      'a density that is infinite',
      () => contours({ ...box, values: hill.map(() => Infinity), thresholds: [1] }),
      'NOT_FINITE',
    ],
    [
      'a cell whose value is NaN',
      () => draw([deformation({ ...grid, values: [0, 0, Number.NaN, 0, 0, 0] })]),
      'NOT_FINITE',
    ],
    ['a grid that is not full', () => pixels({ ...box, values: [1], range: [0, 1] }), 'DATA'],
    ['too few corners', () => deformation({ ...grid, columns: 4 }), 'DATA'],
    ['colours for a range of no width', () => pixels({ ...box, values: hill, range: [1, 1] }), 'CONFIG'],
    ['a domain of no width', () => draw([], { x: { domain: [1, 1] } }), 'CONFIG'],
  ])('refuses %s', (_, make, code) => {
    expect(make).toThrow(expect.objectContaining({ code }));
  });
});
