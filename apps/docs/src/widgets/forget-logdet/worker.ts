import { servePictures } from '../lib/serve-pictures.ts';
import { paintForget } from './paint.ts';

servePictures(() => Promise.resolve(paintForget));
