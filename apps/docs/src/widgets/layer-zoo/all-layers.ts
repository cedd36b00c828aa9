import { readdir } from 'node:fs/promises';
import type { ZooLayer } from './layer-picture.ts';

/** Every layer of `layers/`, found by its file, in order. */
export async function allLayers(): Promise<ZooLayer[]> {
  const folder = new URL('./layers/', import.meta.url);
  const files = (await readdir(folder)).filter((name) => name.endsWith('.ts'));
  const modules = await Promise.all(
    files.map(async (name) => (await import(new URL(name, folder).href)) as { readonly layer: ZooLayer }),
  );
  return modules.map(({ layer }) => layer).sort((a, b) => a.order - b.order || a.name.localeCompare(b.name));
}
