import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { type Chance, garbled } from './chance.ts';

/** An IDX file of a few numbers, with lies about its structure. */
export function mutatedIdx(chances: Chance): Uint8Array {
  const { upTo, pick, bytes, number, percent } = chances;
  const widths: Readonly<Record<number, number>> = { 8: 1, 9: 1, 11: 2, 12: 4, 13: 4, 14: 8 };
  const type = pick([8, 8, 8, 9, 11, 12, 13, 14]);
  const shape = Array.from({ length: upTo(5) }, () => upTo(6));
  const size = shape.reduce((product, length) => product * length, widths[type] as number);
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([0, 0, type, shape.length]);
  for (const [axis, length] of shape.entries())
    header.writeUInt32BE(percent(15) ? number(length, 32) : length, 4 + 4 * axis);
  if (percent(10)) header[2] = upTo(16);
  if (percent(10)) header[3] = number(shape.length, 8);
  if (percent(5)) header[upTo(2)] = upTo(256);
  const file = Buffer.concat([header, bytes(percent(90) ? size : number(size, 9))]);
  return percent(30) ? garbled(file, chances) : file;
}

/** The same packed by gzip, with lies of the packing too. */
export function mutatedIdxGz(chances: Chance): Uint8Array {
  const { pick, number, percent, upTo } = chances;
  const plain = mutatedIdx(chances);
  const packed = gzipSync(plain);
  const changed = pick<() => Buffer>([
    () => packed,
    () => packed,
    () => packed,
    () => Buffer.concat([packed, packed]),
    () => gzipSync(Buffer.concat([plain, Buffer.alloc(number(0, 20))])),
    () => Buffer.concat([packed.subarray(0, 3), Buffer.from([upTo(256)]), packed.subarray(4)]),
    () => packed.subarray(0, upTo(packed.length)),
    () => Buffer.concat([packed.subarray(0, -4), Buffer.from([0, 0, upTo(256), 0])]),
  ])();
  return percent(30) ? garbled(changed, chances) : changed;
}

/** An NPY file of a few numbers, with lies about its structure. */
export function mutatedNpy(chances: Chance): Uint8Array {
  const { upTo, pick, bytes, number, percent } = chances;
  const kind = pick(['u1', 'i1', 'b1', 'u2', 'i2', 'f2', 'u4', 'i4', 'f4', 'u8', 'i8', 'f8']);
  const order = pick(['<', '>', '|', '=']);
  const shape = Array.from({ length: upTo(5) }, () => upTo(6));
  const size = shape.reduce((product, length) => product * length, Number(kind[1]));
  const axes = percent(80)
    ? `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`
    : pick([
        '(',
        '()',
        '(,)',
        '(-1, 2)',
        '(1e9,)',
        `(${'9'.repeat(400)},)`,
        `(${'1, '.repeat(500)})`,
        '(0, 99999999999999999)',
        '[3]',
        '(3L, 2L)',
        `(${2 ** 31}, ${2 ** 22})`,
      ]);
  const descr = percent(85)
    ? `'${order}${kind}'`
    : pick([
        "'|O'",
        "'<U4'",
        "'<c8'",
        "'<f16'",
        "[('a', '<f4')]",
        "'<f4",
        "''",
        '"<f4"',
        "'|S1'",
        "'<M8'",
        `'${'<'.repeat(300)}f4'`,
      ]);
  const entries = [
    `'descr': ${descr}`,
    `'fortran_order': ${percent(90) ? pick(['True', 'False']) : pick(['1', 'true', "'True'", ''])}`,
    `'shape': ${axes}`,
  ];
  if (percent(10)) entries.splice(upTo(4), upTo(2), pick(["'shape': (1,)", "'extra': True", '', "'descr': '<f4'"]));
  const text = `${percent(95) ? '{' : ''}${entries.join(', ')}${pick(['', ',', ', '])}${percent(95) ? '}' : ''}${' '.repeat(upTo(30))}\n`;
  const version = percent(90) ? 1 + upTo(3) : upTo(256);
  const length = percent(90) ? text.length : number(text.length, 32);
  const head = Buffer.alloc(version === 1 ? 10 : 12);
  head.write('\x93NUMPY', 'latin1');
  head[6] = version;
  if (version === 1) head.writeUInt16LE(length & 0xffff, 8);
  else head.writeUInt32LE(length, 8);
  const file = Buffer.concat([head, Buffer.from(text), bytes(percent(90) ? size : number(size, 9))]);
  return percent(20) ? garbled(file, chances) : file;
}

/** An NPY file as numpy writes it. */
function plainNpy({ upTo, bytes }: Chance): Buffer {
  const [rows, columns] = [upTo(6), upTo(6)];
  const text = `{'descr': '|u1', 'fortran_order': False, 'shape': (${rows}, ${columns}), }\n`;
  const head = Buffer.from([...Buffer.from('\x93NUMPY', 'latin1'), 1, 0, text.length, 0]);
  return Buffer.concat([head, Buffer.from(text), bytes(rows * columns)]);
}

/** A ZIP archive of a few NPY files, with lies about its structure. */
export function mutatedNpz(chances: Chance): Uint8Array {
  const { upTo, pick, number, percent, bytes } = chances;
  const lie = (right: number, bits: number): number => (percent(2) ? number(right, bits) : right);
  const [locals, entries]: [Buffer[], Buffer[]] = [[], []];
  let at = 0;
  for (let i = upTo(4); i >= 0; i--) {
    const content = percent(80)
      ? plainNpy(chances)
      : percent(50)
        ? mutatedNpy(chances)
        : percent(50)
          ? bytes(upTo(300))
          : Buffer.alloc(2 ** 20);
    const method = lie(pick([0, 8]), 16);
    const packed = method === 8 ? deflateRawSync(content) : Buffer.from(content);
    const name = Buffer.from(
      percent(90)
        ? `a${upTo(99)}.npy`
        : pick(['', '../../x.npy', '\u001b[31m.npy', 'x'.repeat(3000), 'a/b.npy', 'x.txt']),
    );
    const common = Buffer.alloc(26);
    common.writeUInt16LE(lie(0, 16) & 0xffff, 2);
    common.writeUInt16LE(method & 0xffff, 4);
    common.writeUInt32LE(lie(crc32(content), 32), 10);
    common.writeUInt32LE(lie(packed.length, 32), 14);
    common.writeUInt32LE(lie(content.length, 32), 18);
    common.writeUInt16LE(lie(name.length, 16) & 0xffff, 22);
    common.writeUInt16LE(lie(0, 16) & 0xffff, 24);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, name, packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(lie(at, 32), 10);
    const entry = Buffer.concat([Buffer.from('PK\x01\x02\x14\0'), common, tail, name]);
    entries.push(...(percent(5) ? [entry, entry] : [entry]));
    locals.push(local);
    at += local.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(lie(entries.length, 16) & 0xffff, 8);
  end.writeUInt16LE(lie(entries.length, 16) & 0xffff, 10);
  end.writeUInt32LE(lie(directory.length, 32), 12);
  end.writeUInt32LE(lie(at, 32), 16);
  end.writeUInt16LE(lie(0, 16) & 0xffff, 20);
  const file = Buffer.concat([...locals, directory, end]);
  return percent(20) ? garbled(file, chances) : file;
}
