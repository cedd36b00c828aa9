import { init, parse } from 'es-module-lexer';
import { modules } from './modules.ts';

/** Where the modules that were fetched wait for the stubs that export them. */
const shelf = 'diffeoModules';

/** One stub a package, so that two imports of it are one module. */
const stubs = new Map<string, Promise<string>>();

/**
 * The code with each package that it imports replaced by the address of a module that exports the same. Lines stay where they are, so
 * that errors name the right ones.
 */
export async function linkImports(code: string): Promise<string> {
  await init;
  const [imports] = parse(code);
  let linked = '';
  let end = 0;
  for (const found of imports) {
    if (found.type === 'import-meta' || found.specifier === undefined) continue;
    const address = await stubOf(found.specifier);
    const quoted = /^['"`]/.test(code.slice(found.start, found.end)); // as behind `import(`
    linked += code.slice(end, found.start) + (quoted ? JSON.stringify(address) : address);
    end = found.end;
  }
  return linked + code.slice(end);
}

/** Replaces the addresses of stubs in a message by the names of the packages. */
export async function withNames(message: string): Promise<string> {
  let named = message;
  for (const [name, address] of stubs) named = named.replaceAll(await address, name);
  return named;
}

function stubOf(name: string): Promise<string> {
  const load = Object.hasOwn(modules, name) ? modules[name] : undefined;
  if (!load)
    return Promise.reject(
      new Error(`'${name}' cannot be imported here. These can: ${Object.keys(modules).join(', ')}.`),
    );
  const stub = stubs.get(name) ?? makeStub(name, load);
  stubs.set(name, stub);
  return stub;
}

async function makeStub(name: string, load: () => Promise<object>): Promise<string> {
  const exported = await load();
  const store = globalThis as { [shelf]?: Record<string, object> };
  store[shelf] = { ...store[shelf], [name]: exported };
  const names = Object.keys(exported).filter((key) => key !== 'default');
  const source = [
    `const all = globalThis.${shelf}[${JSON.stringify(name)}];`,
    ...names.map((key, i) => `const v${i} = all[${JSON.stringify(key)}];`),
    `export { ${names.map((key, i) => `v${i} as ${key}`).join(', ')} };`,
  ].join('\n');
  return URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
}
