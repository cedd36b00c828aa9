import { type Mark, pageTheme, pixels, plot } from '@diffeo/charts';
import type { Painter } from '../lib/picture.ts';
import { written } from '../lib/written.ts';
import { side } from './digit-model.ts';
import { along, between, drawSamples, loadDigits, type Strip, sameHand } from './imagine.ts';

/** What to draw: which digit, how far from the middle of the base, along what, and with which seed. */
export interface DigitsState extends Record<string, number | string> {
  readonly digit: number;
  readonly temperature: number;
  readonly attribute: string;
  readonly seed: number;
}

export const initialDigits: DigitsState = { digit: 3, temperature: 0.7, attribute: 'bold', seed: 0 };

/** The attributes whose directions are in the file. */
export const attributes = [
  ['bold', 'more ink'],
  ['slanted', 'more slant'],
] as const;

const pixel = 7;
const gap = 1;

/** Digits beside each other, `columns` in a row. */
function sheet(title: string, digits: Strip, columns: number): string {
  const rows = Math.ceil(digits.length / columns);
  const marks = digits.map((ink, i): Mark => {
    const [left, top] = [(i % columns) * (side + gap), -Math.floor(i / columns) * (side + gap)];
    // The first row of an image is the topmost, that of a plot the lowest.
    const upwards = Array.from({ length: side }, (_, row) => [
      ...ink.slice((side - 1 - row) * side, (side - row) * side),
    ]);
    return pixels({
      values: upwards.flat(),
      ...{ columns: side, rows: side, range: [0, 1], color: 'ink' },
      x: [left, left + side],
      y: [top - side, top],
    });
  });
  const [across, down] = [columns * (side + gap) - gap, rows * (side + gap) - gap];
  return plot({
    title,
    width: across * pixel + 2,
    height: down * pixel + 2,
    x: { domain: [0, across], ticks: 0 },
    y: { domain: [-down, 0], ticks: 0 },
    theme: pageTheme,
    marks,
  });
}

const labelled = (caption: string, picture: string): string =>
  `<figure>${picture}<figcaption>${caption}</figcaption></figure>`;

const amounts = [-1.5, -1, -0.5, 0, 0.5, 1, 1.5];

/** Draws what the committed Glow makes of a state. */
export const paintDigits = (bytes: Uint8Array): Painter<DigitsState> => {
  const digits = loadDigits(bytes);
  return async ({ digit, temperature, attribute, seed }, show) => {
    const samples = await drawSamples(digits, digit, 20, temperature, 100 + seed);
    const hand = await sameHand(digits, temperature, 200 + seed);
    const way = await between(digits, digit, 9);
    const moved = await along(digits, digit, attribute, amounts);
    const [, name = ''] = attributes.find(([key]) => key === attribute) ?? [];
    const t = written(temperature);
    show({
      samples: labelled(
        `New digits ${digit}, drawn at temperature ${t}`,
        sheet(`Twenty new digits ${digit}`, samples, 10),
      ),
      hand: labelled(
        'One point of the base as each of the ten digits: the class changes, the hand stays',
        sheet('The digits 0 to 9 in one hand', hand, 10),
      ),
      way: labelled(
        'Both ends are real; between them the way through the base',
        sheet(`From one real ${digit} to another in nine steps`, way, 9),
      ),
      attribute: labelled(
        `A real ${digit} in the middle: to the left less, to the right ${name}`,
        sheet(`A real ${digit} with ${name} from left to right`, moved, 7),
      ),
      says: `Twenty new digits ${digit} at temperature ${t}: ${temperature < 0.4 ? 'alike, near the middle of the base' : temperature > 0.9 ? 'as varied as the data, some of them odd' : 'varied, and mostly clear'}.`,
    });
  };
};
