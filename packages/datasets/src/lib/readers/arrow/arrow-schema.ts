import { arrowTypes } from './arrow-types.ts';
import { entriesAt, type Fields, fieldsAt, lie, wholeAt } from './flat-buffers.ts';

/** The type of each dictionary's values, by the dictionary's number. */
export type DictionaryTypes = Map<number, number>;

/** A schema with fields in fields any deeper is none. */
const maxDepth = 64;

/** Decimals have at most 76 digits; flechette takes ten to the power of the scale. */
const maxScale = 76;

interface Walk {
  readonly view: DataView;
  readonly types: DictionaryTypes;
  /** How many fields there may still be: each takes bytes of its own, unless lists are shared, which may go on for ever. */
  left: number;
}

function requireType(view: DataView, type: number, at: number | null): void {
  if (at === null) return;
  if (type === arrowTypes.union) entriesAt(view, fieldsAt(view, at)(6), 4);
  if (type !== arrowTypes.decimal) return;
  const scale = fieldsAt(view, at)(6);
  const digits = scale === null ? 0 : view.getInt32(scale, true);
  if (Math.abs(digits) > maxScale) lie(`decimals of ${digits} digits`);
}

function noteDictionary({ view, types }: Walk, fields: Fields, type: number): void {
  const dictionary = fields(12);
  if (dictionary !== null) types.set(wholeAt(view, fieldsAt(view, dictionary)(4)), type);
}

function requireFields(walk: Walk, at: number | null, depth = 0): void {
  const { view } = walk;
  if (depth > maxDepth) lie(`fields in fields, more than ${maxDepth} deep`);
  for (const place of entriesAt(view, at, 4)) {
    if (--walk.left < 0) lie(`more fields than ${view.byteLength} bytes hold`);
    const fields = fieldsAt(view, place);
    const typePlace = fields(8);
    const type = typePlace === null ? 0 : view.getUint8(typePlace);
    requireType(view, type, fields(10));
    noteDictionary(walk, fields, type);
    entriesAt(view, fields(16), 4);
    requireFields(walk, fields(14), depth + 1);
  }
}

/** Checks the lists of a schema, and gives the types of its dictionaries. */
export function requireSchema(view: DataView, at: number): DictionaryTypes {
  const schema = fieldsAt(view, at);
  entriesAt(view, schema(8), 4);
  const walk: Walk = { view, types: new Map(), left: view.byteLength / 4 };
  requireFields(walk, schema(6));
  return walk.types;
}
