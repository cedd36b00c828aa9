import { takeRows } from '@diffeo/datasets';
import { type Images, imageSheet } from '@diffeo/datasets/images';
import { type DecodedPng, decode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { type Report, reportPicture } from './report-picture.ts';

/** A hundred made-up digits with every bin in them. */
const digits = (offset: number): Images => ({
  values: Uint8Array.from({ length: 6400 }, (_, index) => (index * 7 + offset) % 17),
  eventShape: [8, 8, 1],
  bins: 17,
  count: 100,
});

const report: Report = {
  title: 'A flow trained on digits',
  subtitle: '2.46 bits per dimension',
  real: digits(0),
  sampled: digits(5),
  history: [
    { step: 0, train: 5, validation: 5.1 },
    { step: 50, train: 3, validation: 3.2 },
    { step: 100, train: 2.5, validation: 2.8 },
  ],
  baseline: { label: 'full-covariance Gaussian', value: 2.89 },
};

/** The top left corner of each sheet in the picture, below one line of title and one of subtitle. */
const corners = { real: [80, 278], sampled: [1004, 278] } as const;

/** How many channel values of the picture, from `corner` on, are not those of the opaque grey that the sheet has there. */
const differences = (picture: DecodedPng, [left, top]: readonly [number, number], sheet: DecodedPng): number => {
  let count = 0;
  for (let index = 0; index < sheet.data.length; index += 1) {
    const x = left + (index % sheet.width);
    const y = top + Math.floor(index / sheet.width);
    const start = (y * picture.width + x) * picture.channels;
    for (let channel = 0; channel < 4; channel += 1) {
      if (picture.data[start + channel] !== (channel === 3 ? 255 : sheet.data[index])) count += 1;
    }
  }
  return count;
};

describe('reportPicture', () => {
  test('is a PNG 1928 pixels wide, in which every pixel of both sheets is as sharp as drawn', async () => {
    const picture = decode(await reportPicture(report));
    expect([picture.width, picture.height]).toEqual([1928, 1866]);
    for (const name of ['real', 'sampled'] as const) {
      expect(
        differences(
          picture,
          corners[name],
          decode(imageSheet(report[name], { columns: 10, gap: 4, scale: 10, background: 200, ink: true })),
        ),
        name,
      ).toBe(0);
    }
  });

  test('gives the same bytes every time', async () => {
    const [first, second] = [await reportPicture(report), await reportPicture(report)];
    expect(Buffer.compare(first, second)).toBe(0);
  });

  test('breaks long titles into lines', async () => {
    const long = {
      ...report,
      title: 'A flow trained on digits '.repeat(5),
      subtitle: 'bits per dimension '.repeat(15),
    };
    expect(decode(await reportPicture(long)).height).toBeGreaterThan(1866 + 2 * 34);
  });

  test('draws what there is: few digits, no record, no baseline, a first loss far above the rest', async () => {
    const { baseline: _, ...bare } = { ...report, sampled: takeRows(digits(0), [0, 1]), history: [] };
    expect(decode(await reportPicture(bare)).width).toBe(1928);
    const history = Array.from({ length: 60 }, (_, step) => ({ step, train: step === 0 ? 1e5 : 3 - step / 100 }));
    expect(decode(await reportPicture({ ...report, history })).width).toBe(1928);
  });

  test('refuses what is not a number', async () => {
    const history = [{ step: 0, train: Number.NaN }];
    await expect(reportPicture({ ...report, history })).rejects.toMatchObject({ code: 'NOT_FINITE' });
  });
});
