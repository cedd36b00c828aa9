import { expect, test } from 'vitest';
import { type ReportParts, reportSvg } from './report-svg.ts';

const parts: ReportParts = {
  title: ['A flow trained on digits'],
  subtitle: ['2.46 bits per dimension'],
  real: { heading: 'real digits', href: 'real.png' },
  sampled: { heading: 'sampled by the flow', href: 'sampled.png' },
  chart: { heading: 'training curve', svg: '<rect width="884" height="290" fill="#eeeeee"/>' },
};

test('places the parts', async () => {
  await expect(reportSvg(parts)).toMatchFileSnapshot('./report-svg.golden.svg');
});

test('grows with the number of lines', () => {
  const height = (svg: string) => Number(svg.match(/height="(\d+)"/)?.[1]);
  const one = height(reportSvg(parts));
  expect(height(reportSvg({ ...parts, title: ['a', 'b'] }))).toBe(one + 34);
  expect(height(reportSvg({ ...parts, subtitle: ['a', 'b', 'c'] }))).toBe(one + 42);
  expect(height(reportSvg({ ...parts, title: [], subtitle: [] }))).toBe(one - 55);
});
