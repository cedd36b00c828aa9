import type { RandomSource } from '@diffeo/core';

type Holder = Record<string | number, unknown>;

const isHolder = (value: unknown): value is Holder => typeof value === 'object' && value !== null;

/** Every place at which JSON holds a value: what holds it, and its name there. */
function placesIn(value: unknown, found: (readonly [Holder, string])[] = []): (readonly [Holder, string])[] {
  if (!isHolder(value)) return found;
  for (const name of Object.keys(value)) {
    found.push([value, name]);
    placesIn(value[name], found);
  }
  return found;
}

const nested = (depth: number): unknown => {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { config: value };
  return value;
};

const chain = (layers: unknown): unknown => ({
  ...{ $type: '@diffeo/core/chain', $kind: 'layer', version: 1 },
  config: { layers },
});
const inverted = (layer: unknown): unknown => ({
  ...{ $type: '@diffeo/core/invert', $kind: 'layer', version: 1 },
  config: { layer },
});

/** Values of every type, and numbers at which things break. */
const strange: readonly ((random: RandomSource) => unknown)[] = [
  () => null,
  () => true,
  () => '',
  () => 'text',
  () => `\u001b[2J\u202e${'x'.repeat(100_000)}`,
  () => '__proto__',
  () => [],
  () => ({}),
  () => ({ $type: '@some/package/part', $kind: 'layer', version: 1, config: {} }),
  () => 0,
  () => -1,
  () => 0.5,
  () => 1e308,
  () => 2 ** 53,
  () => 2 ** 24,
  () => 2 ** 24 + 1,
  () => 2 ** 31,
  (random) => random.integer(300),
  (random) => 2 ** random.integer(34),
  () => [16384, 16384],
  () => [2 ** 24],
  () => Array(1000).fill(1),
  () => Array(20_000).fill('a'),
  (random) => nested(1 + random.integer(300)),
];

/** Changes JSON in its structure, at one place: what is returned may share parts with what was given. */
export function mutateJson(value: unknown, random: RandomSource): unknown {
  const places = placesIn(value);
  const place = places[random.integer(places.length)];
  if (!place) return (strange[random.integer(strange.length)] as (typeof strange)[number])(random);
  const [holder, name] = place;
  const other = places[random.integer(places.length)] as (typeof places)[number];
  const before = holder[name];
  const isList = Array.isArray(holder);
  const changes: readonly (() => void)[] = [
    () => {
      holder[name] = (strange[random.integer(strange.length)] as (typeof strange)[number])(random);
    },
    () => {
      if (isList) holder.splice(Number(name), 1);
      else delete holder[name];
    },
    () => {
      if (isList) holder.splice(Number(name), 0, structuredClone(before));
      else holder[`${name}.again`] = structuredClone(before);
    },
    () => {
      if (isList) holder.push(...Array.from({ length: 1 + random.integer(200) }, () => structuredClone(before)));
      else holder[name] = Array.from({ length: 1 + random.integer(200) }, () => structuredClone(before));
    },
    () => {
      // From another place: its copy, so that nothing holds itself.
      holder[name] = structuredClone(other[0][other[1]]);
    },
    () => {
      holder[name] = random.integer(2) === 0 ? chain([before]) : inverted(before);
    },
    () => {
      let wrapped = before;
      for (let i = random.integer(40); i > 0; i--)
        wrapped = random.integer(2) === 0 ? chain([wrapped]) : inverted(wrapped);
      holder[name] = wrapped;
    },
    () => {
      if (typeof before === 'number') holder[name] = before * 2 ** (random.integer(60) - 20);
      else if (typeof before === 'string') holder[name] = before.slice(0, random.integer(before.length + 1));
      else holder[name] = [before];
    },
  ];
  (changes[random.integer(changes.length)] as () => void)();
  return value;
}
