import { servePictures } from '../lib/serve-pictures.ts';
import { paintPoint } from './paint.ts';

servePictures(async () => {
  const response = await fetch(new URL('./moons.safetensors', import.meta.url));
  return paintPoint(new Uint8Array(await response.arrayBuffer()));
});
