import { useWasm } from '@diffeo/trainer';
import type { Painter, Picture, State } from './picture.ts';

/** The last picture that a painter shows of a state: for the build of the site, in Node. */
export async function drawOnce<S extends State>(paint: Painter<S>, state: S): Promise<Picture> {
  await useWasm();
  let last: Picture = {};
  const show = (picture: Picture): void => {
    last = { ...last, ...picture };
  };
  await paint(state, show, new AbortController().signal);
  return last;
}
