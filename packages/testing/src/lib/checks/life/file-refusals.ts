import { disposeParams, isDiffeoError, leaves, load, save } from '@diffeo/core';
import type { Check } from '../../plan/check.ts';
import { messageOf } from '../../plan/check.ts';
import { failed, type Outcome, passed, worst } from '../../plan/outcome.ts';
import { definitionsOf } from '../../trial/nested-specs.ts';
import type { Trial } from '../../trial/trial.ts';
import { definitionsOfModel } from './save-load.ts';

interface Header {
  readonly __metadata__: { readonly diffeo: string; readonly 'diffeo.checksum'?: string };
  readonly [path: string]: unknown;
}

/** The bytes of a safetensors file with its header changed, and without the checksum that would give that away. */
function withHeader(bytes: Uint8Array, change: (header: Header) => Header): Uint8Array {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Header;
  const { __metadata__, ...tensors } = change(header);
  const { 'diffeo.checksum': _, ...metadata } = __metadata__;
  const changed = new TextEncoder().encode(JSON.stringify({ __metadata__: metadata, ...tensors }));
  const file = new Uint8Array(8 + changed.length + bytes.length - 8 - length);
  new DataView(file.buffer).setBigUint64(0, BigInt(changed.length), true);
  file.set(changed, 8);
  file.set(bytes.subarray(8 + length), 8 + changed.length);
  return file;
}

/** The part's saved spec, said to be of a version that nobody has written yet. */
const fromTheFuture = (bytes: Uint8Array, { kind }: Trial): Uint8Array =>
  withHeader(bytes, (header) => {
    const flow = JSON.parse(header.__metadata__.diffeo) as { layers: object[]; base?: object };
    const newer = (part: object) => ({ ...part, version: 1_000_000 });
    const changed =
      kind === 'layer' ? { ...flow, layers: flow.layers.map(newer) } : { ...flow, base: newer(flow.base ?? {}) };
    return { ...header, __metadata__: { ...header.__metadata__, diffeo: JSON.stringify(changed) } };
  });

const withoutTensor = (bytes: Uint8Array, path: string): Uint8Array =>
  withHeader(bytes, ({ [path]: entry, ...header }) => ({ ...header, [`${path}.elsewhere`]: entry }) as Header);

/** The last number with a bit of its lowest byte changed. */
function altered(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  const at = copy.length - 4;
  copy[at] = (copy[at] as number) ^ 1;
  return copy;
}

function refuses(trial: Trial, what: string, bytes: Uint8Array, code: string, definitions = definitionsOfModel(trial)) {
  const expected = `A file ${what}: expected DiffeoError ${code}`;
  try {
    const { model, params } = load(bytes, { definitions });
    disposeParams(model.layout, params);
    return failed(`${expected}, and it was read`);
  } catch (error) {
    if (isDiffeoError(error) && error.code === code) return passed();
    return failed(`${expected} and got ${messageOf(error)}`);
  }
}

/** A file that is not what this part saved is refused, each time by the error that says why. */
export const fileRefusals: Check = {
  name: 'file-refusals',
  holds:
    'a file that is cut short, altered, short of a tensor, newer or of an unknown type is refused, each by its error',
  allows: '–',
  run: async (trial): Promise<Outcome> => {
    const bytes = await save(trial.model, trial.params);
    const own = new Set(definitionsOf(trial.spec));
    const others = definitionsOfModel(trial).filter((definition) => !own.has(definition));
    const required = leaves(trial.model.layout, trial.params).find(
      ({ leaf, tensor }) => tensor?.size && !leaf.fromData,
    );
    return worst([
      refuses(trial, 'cut short', bytes.subarray(0, bytes.length - 1), 'FILE'),
      refuses(trial, 'of a newer version', fromTheFuture(bytes, trial), 'NEWER_VERSION'),
      refuses(trial, 'read without its definition', bytes, 'UNKNOWN_TYPE', others),
      ...(required
        ? [
            refuses(trial, `without '${required.path}'`, withoutTensor(bytes, required.path), 'MISSING_TENSOR'),
            refuses(trial, 'with an altered number', altered(bytes), 'FILE'),
          ]
        : []),
    ]);
  },
};
