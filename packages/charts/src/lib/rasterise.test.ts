import { decode } from 'fast-png';
import { expect, test } from 'vitest';
import { rasterise } from './rasterise.ts';
import { svgText } from './svg-text.ts';

const page = (inner: string): string => `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">${inner}</svg>`;

const darkPixels = async (svg: string): Promise<number> => {
  const { data, channels } = decode(await rasterise(svg));
  let dark = 0;
  for (let index = 0; index < data.length; index += channels) if ((data[index] ?? 255) < 64) dark += 1;
  return dark;
};

test('draws at twice the size, on opaque white', async () => {
  const { width, height, channels, data } = decode(await rasterise(page('')));
  expect({ width, height, channels }).toEqual({ width: 80, height: 40, channels: 4 });
  expect(data.every((value) => value === 255)).toBe(true);
});

test('draws shapes where they are', async () => {
  const { data, width } = decode(
    await rasterise(page('<rect x="3" y="2" width="1" height="1" fill="#204060"/>'), { zoom: 1 }),
  );
  const pixel = (x: number, y: number) => [...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 3)];
  expect(pixel(3, 2)).toEqual([0x20, 0x40, 0x60]);
  expect(pixel(4, 2)).toEqual([255, 255, 255]);
});

test('brings its own fonts, regular and bold', async () => {
  const text = { text: 'flow', x: 2, y: 15, size: 14, color: '#000' };
  const regular = await darkPixels(page(svgText(text)));
  const bold = await darkPixels(page(svgText({ ...text, bold: true })));
  expect(regular).toBeGreaterThan(100);
  expect(bold).toBeGreaterThan(1.2 * regular);
});

test('text that looks like markup, or holds what XML forbids, is drawn as text', async () => {
  const text = { x: 2, y: 15, size: 14, color: '#000' };
  expect(await darkPixels(page(svgText({ ...text, text: '<&">' })))).toBeGreaterThan(50);
  expect(await darkPixels(page(svgText({ ...text, text: 'a\u0000\ud800\uffff' })))).toBeGreaterThan(50);
});

test('an SVG that cannot be read is refused', async () => {
  await expect(rasterise('<svg')).rejects.toMatchObject({ name: 'DiffeoError', code: 'PICTURE' });
  await expect(rasterise(page(''))).resolves.toBeInstanceOf(Uint8Array);
});
