import { isDiffeoError } from '@diffeo/core';
import { engine, keep, type Tensor, tensor, util } from '@tensorflow/tfjs-core';
import type { DataId, WasmBackend } from '../heap/backend.ts';
import type { Guard, Interceptor } from '../heap/guard.ts';
import type { KernelContext } from '../heap/kernel-context.ts';
import { type Arena, openArena } from './arena.ts';
import { bytesOf } from './bytes-of.ts';
import { type Log, logWriter, sameLog } from './log.ts';
import { names } from './names.ts';
import type { Recording } from './recording.ts';
import { recordingContext } from './recording-context.ts';
import { type Given, rerunner } from './rerun.ts';
import { logging, type Observed, watched } from './watch.ts';

type Work = (inputs: readonly Tensor[]) => readonly Tensor[];

/** Copies the numbers of tensors to where others like them are. */
function copyInto({ wasm, dataIdMap }: WasmBackend, from: readonly Tensor[], to: readonly Tensor[]): void {
  for (const [i, { dataId, dtype, size }] of from.entries()) {
    const begin = dataIdMap.get(dataId).memoryOffset;
    const place = dataIdMap.get((to[i] as Tensor).dataId).memoryOffset;
    wasm.HEAPU8.copyWithin(place, begin, begin + size * util.bytesPerElement(dtype));
  }
}

/** Copies that stay; `null` where the heap has no room for them. */
function copiesOf(given: readonly Tensor[]): readonly Tensor[] | null {
  const copies: Tensor[] = [];
  try {
    for (const input of given) copies.push(keep(tensor(input.dataSync(), input.shape, input.dtype)));
    return copies;
  } catch (error) {
    for (const copy of copies) copy.dispose();
    if (isDiffeoError(error) && error.code === 'MEMORY') return null;
    throw error;
  }
}

const sameBits = (a: unknown, b: unknown): boolean => {
  const other = bytesOf(b);
  return bytesOf(a).every((byte, i) => byte === other[i]);
};

/** Where work is written down while it runs, in an arena where everything has the place that its log gives it. */
function recordedRun(guard: Guard, inputs: readonly Tensor[], expected: Log, arena: Arena) {
  const { backend, defaults } = guard;
  const writer = logWriter();
  const named = names(inputs);
  const { log } = writer;
  const logged = logging(guard, writer, named);
  const reruns = rerunner(guard);
  const steps: (() => void)[] = [];
  /** The tensors that the work made. */
  const born = new Set<DataId>();
  const blocks = new Map<number, number>();
  /** What the kernel that runs was given, and whether it does nothing but by its kernelContext. */
  let given: Given | null = null;
  let isCaptured = false;
  let sharing = false;
  const taken = new Set(inputs.map(({ dataId }) => dataId));
  const varies = (dataId: DataId): boolean => born.has(dataId) || taken.has(dataId);
  let [writing, drifted] = [false, false];
  let notes: { readonly of: KernelContext; readonly kernelContext: KernelContext } | null = null;

  /** Whether all went as it went before, up to the newest event. */
  const onTrack = (): boolean => {
    drifted ||= log.events.at(-1) !== expected.events[log.events.length - 1];
    return !drifted;
  };

  const interceptor: Interceptor = {
    ...logged,
    allocate: (bytes) => {
      const block = writer.took(bytes);
      const address = onTrack() ? arena.addressOf(block) : defaults.allocate(bytes);
      blocks.set(address, block);
      if (!writing) given?.scratch.push(address);
      return address;
    },
    free: (address) => {
      const block = blocks.get(address);
      blocks.delete(address);
      if (block !== undefined) {
        writer.gave(block);
        onTrack();
      }
      // What lies in the arena stays.
      defaults.free(address);
    },
    write: (values, shape, dtype) => {
      writing = true;
      try {
        const dataId = defaults.write(values, shape, dtype);
        given?.made.push(dataId);
        return dataId;
      } finally {
        writing = false;
      }
    },
    moved: (dataId, values) => {
      born.add(dataId);
      logged.moved(dataId, values);
      if (!values) return;
      const bytes = bytesOf(values).slice();
      const { memoryOffset } = backend.dataIdMap.get(dataId);
      steps.push(() => backend.wasm.HEAPU8.set(bytes, memoryOffset));
    },
    share: (dataId) => {
      sharing = true;
      defaults.share(dataId);
    },
    // A kernel that runs again finds it as it was.
    dispose: (dataId, force) => {
      if (!born.has(dataId)) return defaults.dispose(dataId, force);
      const data = backend.dataIdMap.get(dataId);
      data.refCount--;
      if (!force && data.refCount > 0) return false;
      interceptor.free(data.memoryOffset);
      return true;
    },
    run: (kernel, call, name) => {
      if (given) return defaults.run(kernel, call, name);
      const from = steps.length;
      const own: Given = { made: [], scratch: [] };
      given = own;
      [isCaptured, sharing] = [false, false];
      try {
        return logged.run(kernel, call, name);
      } finally {
        given = null;
        if (!isCaptured) {
          steps.length = from;
          if (own.made.length > 0) steps.push(reruns.step(kernel, call, name, own, varies));
          // One that neither makes nor shares a tensor changes one.
          else if (!sharing) writer.read();
        }
      }
    },
    kernelContext: (kernelContext) => {
      if (!given) return kernelContext;
      isCaptured = true;
      if (notes?.of !== kernelContext)
        notes = { of: kernelContext, kernelContext: recordingContext(kernelContext, (step) => steps.push(step)) };
      return notes.kernelContext;
    },
  };

  return {
    log,
    interceptor,
    run: (work: Work) => guard.intercept(interceptor, () => watched(writer, () => work(inputs))),
    /** What the work took that was there before, its inputs apart. */
    externalTensors: named.externalTensors,
    made: ({ dataId }: Tensor) => born.has(dataId),
    wentAsBefore: () => !drifted && sameLog(log, expected),
    replay: () =>
      guard.intercept(reruns.interceptor, () => {
        for (const step of steps) step();
      }),
    /** Ends it. What is still held stays where it is. */
    clear: () => {
      let holding = 0;
      for (const dataId of born) {
        if (!backend.dataIdMap.has(dataId)) continue;
        const { id, refCount, memoryOffset } = backend.dataIdMap.get(dataId);
        if (refCount > 0) {
          if (arena.holds(memoryOffset)) holding++;
          continue;
        }
        backend.wasm.tfjs.disposeData(id);
        backend.dataIdMap.delete(dataId);
      }
      arena.releaseAfter(holding);
      for (const input of inputs) input.dispose();
    },
  };
}

/**
 * Runs work that was watched before once more and makes a recording of it, if all goes as it went then and the recording, on
 * memory that was overwritten, gives the same to the bit. `null` where there is no room for that, or too much to write down:
 * then nothing was run.
 */
export function record(guard: Guard, given: readonly Tensor[], expected: Log, work: Work): Observed | null {
  const { backend, defaults } = guard;
  const arena = openArena(guard, expected);
  if (!arena) return null;
  const inputs = copiesOf(given);
  if (!inputs) {
    arena.releaseAfter(0);
    return null;
  }
  const recorded = recordedRun(guard, inputs, expected, arena);
  const { log, externalTensors, replay, clear } = recorded;
  let outputs: readonly Tensor[];
  try {
    outputs = recorded.run(work);
  } catch (error) {
    clear();
    throw error;
  }
  const values = outputs.map((output) => output.dataSync());
  const proves = (): boolean => {
    arena.poison();
    try {
      replay();
    } catch {
      return false;
    }
    return outputs.every((output, i) => sameBits(values[i], output.dataSync()));
  };
  if (!recorded.wentAsBefore() || !outputs.every(recorded.made) || !proves()) {
    for (const output of outputs) output.dispose();
    clear();
    const copies = outputs.map(({ shape, dtype }, i) => tensor(values[i] as Float32Array, shape, dtype));
    return { outputs: copies, log, recording: null };
  }

  for (const output of outputs) keep(output);
  // What the work takes besides its inputs stays, even if its owner disposes it.
  const held = [...externalTensors].map((dataId) => {
    defaults.share(dataId);
    const { shape, dtype } = backend.dataIdMap.get(dataId);
    return keep(engine().makeTensorFromTensorInfo({ dataId, shape: [...shape], dtype }));
  });
  const recording: Recording = {
    fits: (others) =>
      !outputs.some(({ isDisposed }) => isDisposed) &&
      others.length === inputs.length &&
      others.every(({ shape, dtype }, i) => {
        const own = inputs[i] as Tensor;
        return dtype === own.dtype && util.arraysEqual(shape, own.shape);
      }),
    replay: (others) => {
      copyInto(backend, others, inputs);
      replay();
      return outputs;
    },
    dispose: () => {
      for (const output of outputs) output.dispose();
      for (const tensor of held) tensor.dispose();
      clear();
    },
  };
  return { outputs, log, recording };
}
