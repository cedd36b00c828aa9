import type { StandardSchemaV1 } from '@standard-schema/spec';
import { array, maxValue, minLength, number, objectAsync, optional, pipe, strictObject, string } from 'valibot';
import { describe, expect, test } from 'vitest';
import { refusal } from '../../../test/backends.ts';
import {
  defineBase,
  defineDequantizer,
  defineLayer,
  defineNetwork,
  defineTransform,
  definitionOf,
  packageOf,
} from './define.ts';
import type { Bijector } from './parts/bijector.ts';
import type { Kind, Spec } from './parts/spec.ts';

const nothing = (): never => {
  throw new Error('not to be built here');
};
const schema = strictObject({
  width: optional(pipe(number(), maxValue(10)), 4),
  names: optional(pipe(array(pipe(string(), minLength(1)))), () => ['a']),
});
const layer = defineLayer({ type: '@example/layers/stretch', version: 3, schema, build: nothing });

describe('calling a definition', () => {
  test('gives plain JSON with the defaults filled in', () => {
    expect(layer()).toEqual({
      $type: '@example/layers/stretch',
      $kind: 'layer',
      version: 3,
      config: { width: 4, names: ['a'] },
    });
    expect(JSON.parse(JSON.stringify(layer({ width: 2 })))).toEqual({ ...layer({ width: 2 }) });
  });

  test('links the spec to its definition out of sight, and JSON and structuredClone drop the link', () => {
    const spec = layer();
    expect(definitionOf(spec)).toBe(layer);
    expect(Object.keys(spec)).toEqual(['$type', '$kind', 'version', 'config']);
    expect(definitionOf(structuredClone(spec))).toBeUndefined();
    expect(definitionOf(JSON.parse(JSON.stringify(spec)) as Spec)).toBeUndefined();
  });

  test('keeps nothing of the object that it was given', () => {
    const names = ['x', 'y'];
    const spec = layer({ names });
    names.push('z');
    expect(spec.config).toEqual({ width: 4, names: ['x', 'y'] });
  });

  test('two calls share nothing', () => {
    const [first, second] = [layer(), layer()] as { config: { names: string[] } }[];
    first?.config.names.push('b');
    expect(second?.config.names).toEqual(['a']);
  });

  test('each way of defining sets its kind', () => {
    const kinds: Kind[] = ['base', 'dequantizer', 'network', 'transform'];
    const made = [defineBase, defineDequantizer, defineNetwork, defineTransform].map((define) =>
      define({ type: 'x/y', version: 1, schema, build: nothing })(),
    );
    expect(made.map(({ $kind }) => $kind)).toEqual(kinds);
  });
});

describe('a configuration that is wrong', () => {
  test('is refused with the type, the place and what is the matter', () => {
    const { code, message } = refusal(() => layer({ width: 11 }));
    expect(code).toBe('CONFIG');
    expect(message).toContain('@example/layers/stretch: width: ');
    expect(message).toContain('11');
  });

  test('names the place inside lists, and every fault', () => {
    const { message } = refusal(() => layer({ width: 99, names: ['ok', ''] }));
    expect(message).toContain('width: ');
    expect(message).toContain('names.1: ');
  });

  test.each([
    ['a word for a number', { width: 'wide' }],
    ['NaN', { width: Number.NaN }],
    ['an option that there is not', { widht: 3 }],
    ['a list', []],
    ['a number', 3],
    ['a word', 'x'],
    ['null inside', { names: [null] }],
  ])('%s', (_, config) => {
    expect(refusal(() => layer(config as never)).code).toBe('CONFIG');
  });

  test('a schema that answers later is refused', () => {
    const later = objectAsync({ width: number() }) as unknown as StandardSchemaV1<{ width: number }>;
    const definition = defineLayer({ type: 'x/later', version: 1, schema: later, build: nothing });
    const { code, message } = refusal(() => definition({ width: 1 }));
    expect([code, message]).toEqual(['CONFIG', 'x/later: its schema must be synchronous']);
  });

  test('any Standard Schema will do, with paths of objects too', () => {
    const own: StandardSchemaV1<{ n: number }> = {
      '~standard': {
        version: 1,
        vendor: 'own',
        validate: (value) =>
          typeof (value as { n?: unknown }).n === 'number'
            ? { value: value as { n: number } }
            : { issues: [{ message: 'must be a number', path: [{ key: 'n' }] }] },
      },
    };
    const definition = defineLayer({ type: 'x/own', version: 1, schema: own, build: (): Bijector => nothing() });
    expect(definition({ n: 1 }).config).toEqual({ n: 1 });
    expect(refusal(() => definition({ n: 'x' } as never)).message).toBe('x/own: n: must be a number');
  });
});

describe('restoring a saved configuration', () => {
  const moved = defineLayer({
    type: '@example/layers/moved',
    version: 3,
    schema,
    migrate: (config, from) => ({ width: (config as { w: number }).w * from }),
    build: nothing,
  });

  test('of the same version, it is checked again', () => {
    expect(layer.restore({ width: 2 }, 3).config).toEqual({ width: 2, names: ['a'] });
    expect(refusal(() => layer.restore({ width: 50 }, 3)).code).toBe('CONFIG');
  });

  test('of an older version, it is migrated and then checked', () => {
    expect(moved.restore({ w: 2 }, 2).config).toEqual({ width: 4, names: ['a'] });
    expect(moved.restore({ w: 2 }, 2).version).toBe(3);
    expect(refusal(() => moved.restore({ w: 50 }, 2)).code).toBe('CONFIG');
  });

  test('of an older version without a way from there', () => {
    const { code, message } = refusal(() => layer.restore({}, 1));
    expect(code).toBe('MIGRATION');
    expect(message).toContain('version 1');
    expect(message).toContain('@example/layers has version 3');
  });

  test('a migration that stumbles over what it is given is a MIGRATION error, with its cause', () => {
    const { code, message } = refusal(() => moved.restore(null, 1));
    expect(code).toBe('MIGRATION');
    expect(message).toContain('@example/layers/moved');
  });

  test('of a newer version, it names the package to update', () => {
    const { code, message } = refusal(() => layer.restore({}, 4));
    expect(code).toBe('NEWER_VERSION');
    expect(message).toContain('version 4');
    expect(message).toMatch(/Update @example\/layers\.$/);
  });
});

test('the package of a type is what npm installs', () => {
  expect(packageOf('@scope/package/name')).toBe('@scope/package');
  expect(packageOf('package/name/more')).toBe('package');
  expect(packageOf('package')).toBe('package');
  expect(packageOf('')).toBe('');
});
