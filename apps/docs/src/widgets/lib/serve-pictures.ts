import { useWasm } from '@diffeo/trainer';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import type { Answer, Painter, Request, State } from './picture.ts';

const say = (answer: Answer): void => postMessage(answer);

/** Makes this worker draw what its element asks for: the newest request, and none that came before it. */
export function servePictures<S extends State>(prepare: () => Promise<Painter<S>>): void {
  setWasmPaths({
    'tfjs-backend-wasm.wasm': plain,
    'tfjs-backend-wasm-simd.wasm': simd,
    'tfjs-backend-wasm-threaded-simd.wasm': threaded,
  });
  const ready = useWasm().then(prepare);
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
