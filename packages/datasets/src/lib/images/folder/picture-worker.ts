/** What the thread runs that decodes pictures. */
import { parentPort } from 'node:worker_threads';
import { decodePicture } from '../pictures/decode-picture.ts';
import { PictureFault } from '../pictures/decoded-picture.ts';
import { fitPicture } from './fit-picture.ts';
import type { PictureAnswer, PictureQuestion } from './picture-decoder.ts';

function answer({ bytes, source, size, channels }: PictureQuestion): PictureAnswer {
  try {
    return { pixels: fitPicture(decodePicture(bytes, source), size, channels) };
  } catch (error) {
    const { message } = error as Error;
    return { fault: error instanceof PictureFault ? message : `${source} cannot be decoded: ${message}.` };
  }
}

parentPort?.on('message', (question: PictureQuestion) => {
  const answered = answer(question);
  parentPort?.postMessage(answered, 'pixels' in answered ? [answered.pixels.buffer as ArrayBuffer] : []);
});
