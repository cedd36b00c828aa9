import { describe, expect, test } from 'vitest';
import { lossChart } from './loss-chart.ts';
import type { LossPoint } from './loss-history.ts';

const size = { width: 884, height: 290 };
const gaussian = { label: 'full-covariance Gaussian', value: 2.89 };

/** A plausible run: a record every 25 steps, the held-out rows scored at every fourth. */
const run = Array.from({ length: 41 }, (_, index): LossPoint => {
  const step = index * 25;
  const train = 2.35 + 3 / (1 + step / 80) + 0.04 * Math.sin(step);
  return index % 4 === 0 ? { step, train, validation: train + 0.05 + step / 10_000 } : { step, train };
});

const texts = (svg: string): string[] => [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text = '']) => text);

describe('lossChart', () => {
  test('draws both curves, the baseline, the legend and the last values', async () => {
    const svg = lossChart({ history: run, baseline: gaussian, ...size });
    expect(texts(svg)).toEqual(
      expect.arrayContaining(['train', 'validation', gaussian.label, 'step', '0', '1,000', '2.89', '2.61', '2.76']),
    );
    await expect(svg).toMatchFileSnapshot('./loss-chart.golden.svg');
  });

  test('gives the same text every time', () => {
    const draw = () => lossChart({ history: run, baseline: gaussian, ...size });
    expect(draw()).toBe(draw());
  });

  test('an empty history leaves empty axes, with the baseline if there is one', () => {
    expect(texts(lossChart({ history: [], ...size }))).toEqual([
      '0',
      '1',
      '0',
      '0.2',
      '0.4',
      '0.6',
      '0.8',
      '1',
      'step',
    ]);
    expect(texts(lossChart({ history: [], baseline: gaussian, ...size }))).toEqual(
      expect.arrayContaining(['full-covariance Gaussian', '2.89']),
    );
  });

  test('a single record is a dot with its value', () => {
    const svg = lossChart({ history: [{ step: 1, train: 3.14 }], ...size });
    expect(texts(svg)).toEqual(expect.arrayContaining(['train', '3.14']));
    expect(texts(svg)).not.toContain('validation');
    expect(svg.match(/<path d="M[\d.]+ [\d.]+h0"/g)).toHaveLength(1);
  });

  test('nothing is drawn outside the chart, however large the first loss', () => {
    const svg = lossChart({ history: [{ step: 0, train: 1e6, validation: 1e7 }, ...run.slice(1)], ...size });
    const corners = [...svg.matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g)];
    expect(corners.length).toBeGreaterThan(60);
    for (const [corner, x, y] of corners) {
      expect(Number(x) >= -1 && Number(x) <= size.width && Number(y) >= -1 && Number(y) <= size.height, corner).toBe(
        true,
      );
    }
    expect(svg).not.toContain('clip-path');
  });

  test('a label is text, not markup', () => {
    const svg = lossChart({ history: run, baseline: { label: '<b> & "c"', value: 2.9 }, ...size });
    expect(svg).toContain('&lt;b&gt; &amp;');
    expect(svg).not.toContain('<b>');
  });

  test.each([
    ['train', { step: 3, train: Number.NaN }],
    ['validation', { step: 3, train: 1, validation: Number.POSITIVE_INFINITY }],
    ['step', { step: Number.NaN, train: 1 }],
  ])('a %s that is not finite is refused, with its place', (name, record) => {
    expect(() => lossChart({ history: [{ step: 0, train: 2 }, record], ...size })).toThrow(
      expect.objectContaining({
        name: 'DiffeoError',
        code: 'NOT_FINITE',
        message: expect.stringContaining(`'${name}' of record 1`),
      }),
    );
  });

  test('a baseline that is not finite is refused', () => {
    expect(() => lossChart({ history: run, baseline: { label: 'Gaussian', value: Number.NaN }, ...size })).toThrow(
      expect.objectContaining({ code: 'NOT_FINITE', message: expect.stringContaining("'Gaussian' is NaN") }),
    );
  });

  test('steps that go backwards are refused', () => {
    const history = [
      { step: 20, train: 2 },
      { step: 10, train: 3 },
    ];
    expect(() => lossChart({ history, ...size })).toThrow(
      expect.objectContaining({ code: 'DATA', message: expect.stringContaining('step 10 after step 20') }),
    );
  });
});
