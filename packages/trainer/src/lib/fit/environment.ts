import { DiffeoError } from '@diffeo/core';
import { kernelsAtWork } from '@diffeo/kernels-wasm';
import { getBackend, version_core } from '@tensorflow/tfjs-core';
import { type InferOutput, record, strictObject, string } from 'valibot';

/** What a run's results depend on beside what it was asked for, as it stands in a checkpoint. */
export const environmentSchema = /* @__PURE__ */ strictObject({
  /** The backend of tfjs, and its version. */
  backend: /* @__PURE__ */ string(),
  /** The build of our kernels, the checksum of its module, and how this processor rounds. */
  kernels: /* @__PURE__ */ string(),
  /** What runs JavaScript, whose `Math` differs in its last bits from one engine to the next. */
  engine: /* @__PURE__ */ string(),
  /** What the caller says. */
  versions: /* @__PURE__ */ record(/* @__PURE__ */ string(), /* @__PURE__ */ string()),
});

export type Environment = Readonly<InferOutput<typeof environmentSchema>>;

interface Host {
  readonly process?: { readonly arch?: string; readonly versions?: { readonly node?: string } };
  readonly navigator?: { readonly userAgent?: string };
}

function engine(): string {
  const { process, navigator } = globalThis as Host;
  const node = process?.versions?.node;
  return node === undefined ? (navigator?.userAgent ?? 'unknown') : `Node ${node} on ${process?.arch}`;
}

/** Where this run computes. */
export const environmentNow = (versions: Readonly<Record<string, string>> = {}): Environment => ({
  backend: `${getBackend()} of TensorFlow.js ${version_core}`,
  kernels: kernelsAtWork(),
  engine: engine(),
  versions: { ...versions },
});

/** One name and value for each thing. */
const listed = ({ backend, kernels, engine, versions }: Environment): ReadonlyMap<string, string> =>
  new Map([
    ['the engine', engine],
    ['the backend', backend],
    ['the build of the kernels', kernels],
    ...Object.entries(versions).map(([name, version]) => [`the version of ${name}`, version] as const),
  ]);

/** @throws DiffeoError `CONFIG` unless a run computes where the checkpoint's did. */
export function requireSameEnvironment(now: Environment, before: Environment): void {
  const [here, there] = [listed(now), listed(before)];
  for (const what of new Set([...there.keys(), ...here.keys()])) {
    const [is = 'none', was = 'none'] = [here.get(what), there.get(what)];
    if (is === was) continue;
    throw new DiffeoError(
      'CONFIG',
      `fit: the checkpoint is of a run in which ${what} was ${was}; here it is ${is}. What came out would be neither's: go on there, or begin anew`,
    );
  }
}
