import { area, bars, dots, line, type PlanePoint, plot } from '@diffeo/charts';
import { coverage } from '@diffeo/tables';
import type { PictureStyle } from './margin-picture.ts';

const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** The shares of rows in regions of all probabilities, beside what they should be. */
export function coveragePicture(rowScores: Float32Array, sampleScores: Float32Array, style: PictureStyle): string {
  const levels = Array.from({ length: 49 }, (_, i) => (i + 1) / 50);
  const found = coverage(sampleScores, rowScores, [...levels, 0.99]);
  const curve = (of: (one: (typeof found)[number]) => number): PlanePoint[] => [
    [0, 0],
    ...found.map((one): PlanePoint => [one.level, of(one)]),
    [1, 1],
  ];
  const band = [...curve(({ expected }) => expected[1]), ...curve(({ expected }) => expected[0]).toReversed()];
  const named = coverage(sampleScores, rowScores);
  return plot({
    ...{ width: style.width, height: style.height, theme: style.theme },
    title: 'The share of rows in regions of highest density, against their probability under the model',
    x: { domain: [0, 1], label: 'probability of the region', format: percent },
    y: { domain: [0, 1], label: 'share of the rows', format: percent },
    margin: { left: 58 },
    ...(style.isAlone && {
      legend: [
        { label: 'rows', color: 'first' },
        { label: 'expected, 99 %', color: 'muted', shape: 'area' },
      ] as const,
    }),
    marks: [
      area({ points: band, color: 'muted', opacity: 0.2 }),
      line({
        points: [
          [0, 0],
          [1, 1],
        ],
        color: 'muted',
        width: 1,
        dash: [4, 3],
      }),
      line({ points: curve(({ share }) => share), width: 2 }),
      dots({ points: named.map(({ level, share }): PlanePoint => [level, share]), radius: 4 }),
    ],
  });
}

/** So many boxes have about ten rows each, or more. */
const boxesFor = (rows: number): number => (rows < 60 ? 5 : rows < 300 ? 10 : 20);

/** Where the numbers of a column lie among those of samples: even if the margin is right. The band holds 99 % of each box. */
export function transformsPicture(name: string, transforms: Float64Array, style: PictureStyle): string {
  const boxes = boxesFor(transforms.length);
  const counts = new Float64Array(boxes);
  for (const value of transforms) {
    const at = Math.min(boxes - 1, Math.floor(value * boxes));
    counts[at] = (counts[at] as number) + 1;
  }
  const mean = transforms.length / boxes;
  const spread = 2.576 * Math.sqrt(mean * (1 - 1 / boxes));
  const highest = Math.max(...counts, mean + spread);
  return plot({
    ...{ width: style.width, height: style.height, theme: style.theme },
    title: `${name}: where rows lie among samples`,
    x: { domain: [0, 1], ticks: [0, 0.5, 1], format: percent },
    y: { domain: [0, 1.06 * Math.max(highest, 1)], ticks: 0 },
    margin: { left: 14, right: 18 },
    marks: [
      bars({
        bars: [{ from: 0, to: 1, height: mean + spread }],
        base: Math.max(0, mean - spread),
        color: 'muted',
        opacity: 0.2,
      }),
      bars({
        bars: [...counts].map((height, i) => ({ from: (i + 0.04) / boxes, to: (i + 0.96) / boxes, height })),
        opacity: 0.55,
      }),
      line({
        points: [
          [0, mean],
          [1, mean],
        ],
        color: 'muted',
        width: 1,
        dash: [4, 3],
      }),
    ],
  });
}
