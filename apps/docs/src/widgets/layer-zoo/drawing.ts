import { useWasm } from '@diffeo/trainer';
import { allLayers } from './all-layers.ts';
import { gridPicture, plainGrid } from './grid-picture.ts';
import { imagePicture, plainImage } from './image-picture.ts';
import type { ZooLayer } from './layer-picture.ts';

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

const card = (picture: string, name: string, text: string, from = ''): string =>
  `<figure class="layer">${picture}<figcaption><code>${escaped(name)}</code>${from && `<small>${from}</small>`}<span>${escaped(text)}</span></figcaption></figure>`;

/** A picture of every layer, each drawn by the layer itself. */
export async function draw(): Promise<string> {
  await useWasm();
  const cards = [
    card(
      plainGrid(),
      'before',
      'The grid in the base. Layers take it to data; cells that grow turn orange, those that shrink blue.',
    ),
    card(await plainImage(), 'before', 'A digit. Layers of images are shown the other way, from data to the base.'),
  ];
  for (const layer of await allLayers())
    cards.push(card(await drawLayer(layer), layer.name, layer.says, layer.package));
  return `<div class="layers">${cards.join('\n')}</div>`;
}

/** The picture of one layer. */
export const drawLayer = (layer: ZooLayer): Promise<string> =>
  layer.imageShape ? imagePicture(layer) : gridPicture(layer);
