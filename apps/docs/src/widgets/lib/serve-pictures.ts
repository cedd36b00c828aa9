import { useSiteWasm } from '../../live/use-site-wasm.ts';
import type { Answer, Painter, Request, State } from './picture.ts';

const say = (answer: Answer): void => postMessage(answer);

/** Makes this worker draw what its element asks for: the newest request, and none that came before it. */
export function servePictures<S extends State>(prepare: () => Promise<Painter<S>>): void {
  const ready = useSiteWasm().then(prepare);
  let stop = new AbortController();
  let last: Promise<void> = Promise.resolve();

  addEventListener('message', ({ data: { number, state } }: MessageEvent<Request>) => {
    stop.abort();
    stop = new AbortController();
    const { signal } = stop;
    last = last.then(async () => {
      if (signal.aborted) return;
      try {
        const paint = await ready;
        await paint(state as S, (picture) => say({ number, picture }), signal);
        say({ number, done: true });
      } catch (error) {
        say({ number, failure: error instanceof Error ? error.message : String(error) });
      }
    });
  });
}
