import type { Tensor } from '@tensorflow/tfjs-core';
import { DiffeoError } from '../contract/error.ts';
import type { Call, StartingChunk, StartingData } from '../contract/parts/part.ts';
import { tidied } from '../gradients/engine.ts';

type Visit = (x: Tensor, call: Call, chunk: number) => void | Promise<void>;
type Step = (x: Tensor, call: Call, chunk: number) => StartingChunk;

/** Hands a chunk over. What the visitor makes until it returns, or first waits, is disposed. */
async function handOver(visit: Visit, { x, call }: StartingChunk, chunk: number): Promise<void> {
  // tfjs complains of promises that leave a tidy.
  const [pending] = tidied(() => [{ done: visit(x, call, chunk) }] as const);
  await pending.done;
}

/** What a step makes of a chunk, and the tensors that are new in it. */
function take(step: Step, given: StartingChunk, chunk: number): { next: StartingChunk; made: readonly Tensor[] } {
  const next = tidied(() => step(given.x, given.call, chunk));
  const made = [next.x, next.call.context].filter(
    (tensor): tensor is Tensor => tensor !== undefined && tensor !== given.x && tensor !== given.call.context,
  );
  return { next, made };
}

/** Data that are in memory as one chunk. What a step makes of them is made once, and `made` is told of each new tensor. */
function held(chunk: () => StartingChunk, made: (tensors: readonly Tensor[]) => void): StartingData {
  let known: StartingChunk | undefined;
  const get = (): StartingChunk => {
    known ??= chunk();
    return known;
  };
  return {
    each: (visit) => handOver(visit, get(), 0),
    map: (step) =>
      held(() => {
        const taken = take(step, get(), 0);
        made(taken.made);
        return taken.next;
      }, made),
  };
}

/** Data that come again, chunk by chunk, for each pass: every chunk goes through the steps before somebody sees it. */
function streamed(
  source: () => AsyncIterable<StartingChunk> | Iterable<StartingChunk>,
  steps: readonly Step[],
): StartingData {
  return {
    async each(visit) {
      let chunk = 0;
      for await (let given of source()) {
        const made: Tensor[] = [];
        try {
          for (const step of steps) {
            const taken = take(step, given, chunk);
            made.push(...taken.made);
            given = taken.next;
          }
          await handOver(visit, given, chunk);
        } finally {
          for (const tensor of made) tensor.dispose();
        }
        chunk++;
      }
      if (chunk === 0) throw new DiffeoError('DATA', 'start needs at least one row of data');
    },
    map: (step) => streamed(source, [...steps, step]),
  };
}

/** Runs `start` on data of one chunk; what was made of it on the way is disposed afterwards. */
export async function startFromChunk<T>(chunk: StartingChunk, start: (data: StartingData) => Promise<T>): Promise<T> {
  const made: Tensor[] = [];
  try {
    return await start(
      held(
        () => chunk,
        (tensors) => made.push(...tensors),
      ),
    );
  } finally {
    for (const tensor of made) tensor.dispose();
  }
}

/** Data that `source` gives anew for each pass. */
export const streamedData = (source: () => AsyncIterable<StartingChunk> | Iterable<StartingChunk>): StartingData =>
  streamed(source, []);
