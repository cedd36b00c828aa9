import { servePictures } from '../lib/serve-pictures.ts';
import { paintStretch } from './paint.ts';

servePictures(() => Promise.resolve(paintStretch));
