import {
  countParams,
  type Density,
  isFlow,
  type LayoutTree,
  leaves,
  type Mixture,
  type Spec,
  standardNormal,
} from '@diffeo/core';
import { oneLine } from '@diffeo/core/arguments';
import { columnNames } from '@diffeo/datasets';
import { printResult } from '../terminal/standard-streams.ts';
import { densityName } from './density-name.ts';
import { readModel, type StoredModel } from './read-model.ts';

/** One part of a model. */
interface PartReport {
  /** Its path in the parameter tree: `layers.3`. */
  readonly name: string;
  readonly type: string;
  /** How many numbers it learns. */
  readonly parameters: number;
  /** How many numbers it keeps and does not learn. */
  readonly fixed: number;
  readonly config: object;
}

function partReport(name: string, { $type, config }: Spec, layout: LayoutTree): PartReport {
  const count = (trainable: boolean): number => countParams(layout, { trainable });
  return { name, type: $type, parameters: count(true), fixed: count(false), config };
}

/** The parts in the order in which data meets them; those of a mixture's members one member after the other. */
function parts(model: Density, at = ''): readonly PartReport[] {
  if (!isFlow(model)) {
    return (model as Mixture).members.flatMap((member, i) => parts(member, `${at}members.${i}.`));
  }
  const { spec, layout } = model;
  return [
    ...(spec.dequantize ? [partReport(`${at}dequantize`, spec.dequantize, layout.dequantize)] : []),
    ...spec.layers.map((layer, i) => partReport(`${at}layers.${i}`, layer, layout.layers[i] as LayoutTree)),
    partReport(`${at}base`, spec.base ?? standardNormal(), layout.base),
  ];
}

/** What is in a model file, as `diffeo inspect --json` prints it. */
function describe({ path, bytes, model, params, notes }: StoredModel) {
  const { split: _, dataChecksum: __, scores: ___, context, ...shown } = notes;
  const { eventShape, contextShape, layout } = model;
  const dtypes = new Set(leaves(layout, params).map(({ leaf }) => leaf.dtype));
  return {
    model: path,
    bytes,
    dtype: [...dtypes].join(', '),
    eventShape,
    contextShape,
    parameters: countParams(layout, { trainable: true }),
    fixed: countParams(layout, { trainable: false }),
    ...shown,
    ...(context && { context }),
    parts: parts(model),
  };
}

type Description = ReturnType<typeof describe>;

const lastWord = (type: string): string => type.slice(type.lastIndexOf('/') + 1);

/** A part's type with those of the network and the transform in it: `@diffeo/layers-coupling/coupling (mlp, affine)`. */
function typeOf({ type, config }: PartReport): string {
  const inner = Object.values(config as Readonly<Record<string, Partial<Spec> | null>>).flatMap((value) =>
    value?.$type && (value.$kind === 'network' || value.$kind === 'transform') ? [lastWord(value.$type)] : [],
  );
  return inner.length > 0 ? `${type} (${inner.join(', ')})` : type;
}

const whole = (value: number): string => value.toLocaleString('en');

const listed = (names: readonly string[]): string =>
  names.length > 12 ? `${names.slice(0, 12).join(', ')}, … (${names.length} in all)` : names.join(', ');

function describeText(of: Description): string {
  const shape = (sizes: readonly number[]): string => `[${sizes.join(', ')}]`;
  const kind = of.flow === null ? null : densityName(of.flow);
  const facts: [string, string | null][] = [
    ['file', `${of.model}, ${whole(of.bytes)} bytes, ${of.dtype}`],
    ['written by', of.writtenBy],
    ['trained on', of.data],
    [kind?.what ?? 'flow', kind?.name ?? null],
    ['event', shape(of.eventShape)],
    [
      'context',
      of.contextShape && `${shape(of.contextShape)}${of.context ? ` ${listed(columnNames(of.context))}` : ''}`,
    ],
    ['columns', of.columns && listed(columnNames(of.columns))],
    ['parameters', `${whole(of.parameters)} learned, ${whole(of.fixed)} fixed`],
  ];
  const rows = [
    ['part', 'type', 'learned', 'fixed'],
    ...of.parts.map((part) => [part.name, typeOf(part), whole(part.parameters), whole(part.fixed)]),
  ];
  const widths = [0, 1, 2, 3].map((i) => Math.max(...rows.map((row) => (row[i] as string).length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (i < 2 ? cell.padEnd(widths[i] as number) : cell.padStart(widths[i] as number))).join('  ');
  const heading = facts.flatMap(([name, value]) => (value === null ? [] : [`${name.padEnd(12)}${oneLine(value)}`]));
  return `${[...heading, '', ...rows.map(line)].join('\n')}\n`;
}

/** Prints what is in a model file: for people, or as one JSON object. Throws what reading a model throws. */
export async function inspectModel({ model, json }: { readonly model: string; readonly json: boolean }): Promise<void> {
  const description = describe(await readModel(model));
  await printResult(json ? `${JSON.stringify(description)}\n` : describeText(description));
}
