import { servePictures } from '../lib/serve-pictures.ts';
import { paintGrid } from './paint.ts';

servePictures(() => Promise.resolve(paintGrid));
