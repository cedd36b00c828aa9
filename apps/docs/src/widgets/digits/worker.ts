import { servePictures } from '../lib/serve-pictures.ts';
import { paintDigits } from './paint.ts';

servePictures(async () => {
  const response = await fetch(new URL('./digits.safetensors', import.meta.url));
  return paintDigits(new Uint8Array(await response.arrayBuffer()));
});
