import { draws, tidied } from '@diffeo/core/engine';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Guard, Interceptor, KernelCall } from '../heap/guard.ts';
import { bytesOf } from './bytes-of.ts';
import { type Log, type LogWriter, logWriter } from './log.ts';
import { type Names, names } from './names.ts';
import type { Recording } from './recording.ts';

/** What a kernel takes, as it stands in a log. */
const takesOf = ({ inputs }: KernelCall, { of }: Names): string[] =>
  Object.entries(inputs).flatMap(([name, info]) => (info ? [`${name}=${of(info.dataId)}[${info.shape}]`] : []));

/** Asks for what the backend does by itself, and writes everything down. */
export function logging(guard: Guard, writer: LogWriter, named: Names): Interceptor {
  const { defaults, backend } = guard;
  const blocks = new Map<number, number>();
  return {
    allocate: (bytes) => {
      const address = defaults.allocate(bytes);
      blocks.set(address, writer.took(bytes));
      return address;
    },
    free: (address) => {
      const block = blocks.get(address);
      if (block !== undefined) writer.gave(block);
      blocks.delete(address);
      defaults.free(address);
    },
    write: defaults.write,
    moved: (dataId, values) => {
      named.made(dataId);
      if (!values) return;
      const { dtype, shape } = backend.dataIdMap.get(dataId);
      if (dtype === 'string') writer.read();
      else writer.uploaded(`${dtype} ${shape}`, bytesOf(values));
    },
    share: defaults.share,
    dispose: defaults.dispose,
    read: writer.read,
    run: (kernel, call, name) => {
      writer.kernel(name, takesOf(call, named), call.attrs);
      return defaults.run(kernel, call, name);
    },
    kernelContext: (kernelContext) => kernelContext,
  };
}

/** What came of work that was observed. */
export interface Observed {
  readonly outputs: readonly Tensor[];
  readonly log: Log;
  /** How to do it again, to which the outputs belong then. */
  readonly recording: Recording | null;
}

/** Runs work whose own tensors are gone afterwards, and notes whether it makes anything of a seed. */
export function watched(writer: LogWriter, work: () => readonly Tensor[]): readonly Tensor[] {
  const before = draws();
  const outputs = tidied(work);
  if (draws() !== before) writer.read();
  return outputs;
}

/** Runs some work as it stands, and writes down what it asks for. */
export function watch(
  guard: Guard,
  inputs: readonly Tensor[],
  work: (inputs: readonly Tensor[]) => readonly Tensor[],
): Observed {
  const writer = logWriter();
  const outputs = guard.intercept(logging(guard, writer, names(inputs)), () => watched(writer, () => work(inputs)));
  return { outputs, log: writer.log, recording: null };
}
