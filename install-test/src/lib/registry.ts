import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PackedPackage } from './packed-packages.ts';

/** A running registry. */
export interface Registry {
  /** Ends with a slash. */
  readonly url: string;
  close(): Promise<void>;
}

const tarballPath = ({ name, version }: PackedPackage['manifest']): string => `${name}/-/${version}.tgz`;

/** What a registry says of a package: https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md */
function describe({ manifest, tarball }: PackedPackage, url: string): object {
  const { name, version } = manifest;
  const integrity = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
  const dist = { tarball: `${url}${tarballPath(manifest)}`, integrity };
  return { name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } } };
}

/** Serves packed packages on the loopback interface as an npm registry would; it knows no others. */
export async function startRegistry(packages: readonly PackedPackage[]): Promise<Registry> {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '/').slice(1);
    const found = packages.find(({ manifest }) => path === manifest.name || path === tarballPath(manifest));
    // Ports come round again: npm must not remember what another run's registry said.
    response.setHeader('cache-control', 'no-store');
    if (!found) response.writeHead(404).end('{}');
    else if (path === found.manifest.name) response.end(JSON.stringify(describe(found, url)));
    else response.end(readFileSync(found.tarball));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
