import { coreDefinitions, type Definition, type Density, load } from '@diffeo/core';
import { useWasm, type WasmOptions } from '../backend/backend.ts';
import type { WorkerNotes } from '../executor/channel.ts';
import { definitionsIn } from './exports-of.ts';
import type { OpenableWorker } from './open-task.ts';

/** What a worker has before it imports anything. */
export interface FlowWorkerOptions {
  readonly definitions: readonly Definition[];
  /** What looks like a module that was imported already. */
  readonly given: object;
  readonly wasm: WasmOptions;
}

const importAll = (addresses: readonly string[]): Promise<object[]> =>
  Promise.all(addresses.map((url) => import(/* @vite-ignore */ url)));

/** A worker for flows: it finds definitions in its modules, and loads models. */
export function flowWorker(notes: WorkerNotes, { definitions: own, given, wasm }: FlowWorkerOptions): OpenableWorker {
  let modules: readonly object[] = [given];
  let definitions: readonly Definition[] = own;
  let place = { index: 0, count: 1 };
  let known: { readonly spec: string; readonly model: Density } | null = null;
  const read = (file: Uint8Array, { mixtures = false } = {}) => {
    const { model, params } = mixtures ? load(file, { definitions, mixtures }) : load(file, { definitions });
    const spec = JSON.stringify(model.spec);
    if (known?.spec !== spec) known = { spec, model };
    return { model: known.model, params };
  };
  return {
    notes,
    get index() {
      return place.index;
    },
    get count() {
      return place.count;
    },
    get modules() {
      return modules;
    },
    open: async ({ modules: addresses, packages, index, count }) => {
      await useWasm(wasm);
      const named = [given, ...(await importAll(addresses))];
      const found = await importAll(packages);
      modules = [...named, ...found];
      const asked = [...new Set([...coreDefinitions, ...own, ...definitionsIn(named)])];
      const types = new Set(asked.map(({ type }) => type));
      definitions = [...asked, ...definitionsIn(found).filter(({ type }) => !types.has(type))];
      place = { index, count };
      known = null;
    },
    load: read as OpenableWorker['load'],
  };
}
