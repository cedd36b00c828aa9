import { line, type Mark, pageTheme, pixels, plot } from '@diffeo/charts';
import { type FlowParams, flow, type Shape } from '@diffeo/core';
import { readDigits } from '@diffeo/datasets/node';
import { randomiseParams } from '@diffeo/testing';
import { reshape, type Tensor, tensor, tile } from '@tensorflow/tfjs-core';
import type { ZooLayer } from './layer-picture.ts';

const size = 200;
/** Of the digits that come with `@diffeo/datasets`: a three. */
const shown = 3;
const gap = 0.6;

/** The channels of an image beside and below each other, dark where numbers are large. */
function draw(title: string, values: ArrayLike<number>, shape: Shape): string {
  const [height = 1, width = 1, channels = 1] = shape;
  const columns = Math.ceil(Math.sqrt(channels));
  const rows = Math.ceil(channels / columns);
  const all = Array.from(values);
  const range = [Math.min(...all), Math.max(...all) + 1e-6] as const;
  const tiles = Array.from({ length: channels }, (_, channel): Mark[] => {
    const [left, top] = [(channel % columns) * (width + gap), -Math.floor(channel / columns) * (height + gap)];
    const [right, bottom] = [left + width, top - height];
    // The first row of an image is the topmost, that of a plot the lowest.
    const upwards = Array.from({ length: height * width }, (_, i) => {
      const row = height - 1 - Math.floor(i / width);
      return all[(row * width + (i % width)) * channels + channel] as number;
    });
    const border = [
      [left, top],
      [right, top],
      [right, bottom],
      [left, bottom],
      [left, top],
    ] as const;
    return [
      pixels({
        values: upwards,
        columns: width,
        rows: height,
        x: [left, right],
        y: [bottom, top],
        range,
        color: 'ink',
      }),
      line({ points: border, color: 'rule', width: 1 }),
    ];
  });
  const [across, up] = [columns * (width + gap) - gap, rows * (height + gap) - gap];
  const reach = 0.51 * Math.max(across, up);
  return plot({
    title,
    width: size,
    height: size,
    x: { domain: [across / 2 - reach, across / 2 + reach], ticks: 0 },
    y: { domain: [-up / 2 - reach, -up / 2 + reach], ticks: 0 },
    theme: pageTheme,
    marks: tiles.flat(),
  });
}

async function digit(shape: Shape): Promise<Tensor> {
  const { images } = await readDigits();
  const values = images.values.slice(64 * shown, 64 * (shown + 1)).map((value) => value / 16);
  const channels = shape.at(-1) as number;
  return tile(reshape(tensor(values), [1, 8, 8, 1]), [1, 1, 1, channels]);
}

/** The digit before any layer. */
export async function plainImage(): Promise<string> {
  return draw('A handwritten three of 8 × 8 pixels', await (await digit([8, 8, 1])).data(), [8, 8, 1]);
}

/** What a layer makes of the digit, from data to the base. */
export async function imagePicture({ name, spec, imageShape, strength = 1, seed = 1 }: ZooLayer): Promise<string> {
  const eventShape = imageShape as Shape;
  const model = flow({ eventShape, layers: [spec] });
  const x = await digit(eventShape);
  const params: FlowParams = randomiseParams(model.layout, await model.start(model.init(seed), x), seed, strength);
  const { value } = model.bijector.inverse(params.layers, x, {});
  const [, ...shape] = value.shape;
  return draw(`The digit behind ${name}`, await value.data(), shape.length === 3 ? shape : [1, value.size, 1]);
}
