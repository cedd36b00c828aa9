import { measureImages } from '../images/measure-images.ts';
import { comparison } from './comparison-command.ts';

export const images = comparison(
  { name: 'images', description: 'the same of flows of images, beside PyTorch' },
  '4',
  measureImages,
);
