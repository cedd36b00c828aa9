import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { split } from '../../data/split.ts';
import { readIdxImages } from '../read-idx-images.ts';
import { cacheFolder } from './cache-folder.ts';
import { download } from './download.ts';
import { fashionMnist } from './fashion-mnist.ts';
import { mnist } from './mnist.ts';
import { type PublishedFiles, readPublished } from './published-images.ts';

const subset = fileURLToPath(new URL('../../../../fixtures/mnist', import.meta.url));
const shared = fileURLToPath(new URL('../../../../../../shared/data', import.meta.url));

let cache: string;
const closing: (() => void)[] = [];
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'diffeo-cache-'));
  process.env['DIFFEO_CACHE'] = cache;
});
afterEach(async () => {
  for (const close of closing.splice(0)) close();
  delete process.env['DIFFEO_CACHE'];
  await rm(cache, { recursive: true });
});

/** A server on the loopback; its address. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const serveSubset = (count: () => void = () => undefined) =>
  serve((request, response) => {
    count();
    readFile(join(subset, request.url ?? '')).then(
      (bytes) => response.end(bytes),
      () => response.writeHead(404).end(),
    );
  });

const content = Buffer.from('what is published '.repeat(10_000));
const published = (...urls: string[]) => ({
  urls,
  sha256: createHash('sha256').update(content).digest('hex'),
  size: content.length,
});
const path = () => join(cache, 'set', 'file.gz');
const left = async () => (existsSync(join(cache, 'set')) ? await readdir(join(cache, 'set')) : []);

const whole: RequestListener = (_, response) => response.end(content);
const missing: RequestListener = (_, response) => response.writeHead(404).end('none');
const changed: RequestListener = (_, response) => response.end(Buffer.concat([content.subarray(1), Buffer.from('x')]));
const longer: RequestListener = (_, response) => response.end(Buffer.concat([content, content]));
const short: RequestListener = (_, response) => response.end(content.subarray(9));
const dropped: RequestListener = (_, response) => {
  response.writeHead(200, { 'content-length': content.length });
  response.write(content.subarray(0, 1000), () => response.destroy());
};

test.each([
  ['404', missing, /the server answered 404/],
  ['a wrong checksum', changed, /the SHA-256 should be/],
  ['more bytes', longer, /it sent more than the 180000 bytes/],
  ['fewer bytes', short, /it sent 179991 of 180000/],
  ['a dropped connection', dropped, /could not be downloaded/],
])('%s leaves nothing behind, and the next place is tried', async (_, listener, message) => {
  const url = `${await serve(listener)}/file`;
  await expect(download(path(), published(url))).rejects.toMatchObject({
    name: 'DiffeoError',
    code: 'DOWNLOAD',
    message: expect.stringMatching(message),
  });
  expect(await left()).toEqual([]);
  await download(path(), published(url, `${await serve(whole)}/file`));
  expect(await left()).toEqual(['file.gz']);
  expect(await readFile(path())).toEqual(content);
});

test('two downloads at once both succeed and leave one file', async () => {
  const file = published(`${await serve(whole)}/file`);
  await Promise.all([download(path(), file), download(path(), file)]);
  expect(await left()).toEqual(['file.gz']);
  expect(await readFile(path())).toEqual(content);
});

test('a download stops by its signal or its time, and leaves nothing behind', async () => {
  const stopping = new AbortController();
  const url = await serve((_, response) => {
    response.write(content.subarray(0, 1000));
    setTimeout(() => stopping.abort(), 20);
  });
  await expect(download(path(), published(url), { timeout: 50 })).rejects.toMatchObject({ code: 'DOWNLOAD' });
  const again = new AbortController();
  const cancelled = download(path(), published(url), { signal: again.signal });
  setTimeout(() => again.abort(), 20);
  await expect(cancelled).rejects.toMatchObject({ name: 'DiffeoError', code: 'CANCELLED' });
  expect(await left()).toEqual([]);
});

async function subsetFiles(mirror: string): Promise<PublishedFiles> {
  const entry = async (name: string) => {
    const bytes = await readFile(join(subset, `${name}-ubyte.gz`));
    return [bytes.length, createHash('sha256').update(bytes).digest('hex')] as const;
  };
  return {
    name: 'subset',
    mirrors: ['http://127.0.0.1:1', mirror],
    files: {
      'train-images-idx3': await entry('train-images-idx3'),
      'train-labels-idx1': await entry('train-labels-idx1'),
      't10k-images-idx3': await entry('t10k-images-idx3'),
      't10k-labels-idx1': await entry('t10k-labels-idx1'),
    },
    classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  };
}

test('a data set is downloaded once, and a damaged file of the cache again', async () => {
  let requests = 0;
  const set = await subsetFiles(
    await serveSubset(() => {
      requests++;
    }),
  );
  const { train, test: held } = await readPublished(set, {});
  expect([train.count, held.count, requests]).toEqual([200, 50, 4]);
  expect(await readPublished(set, {})).toEqual({ train, test: held });
  expect(requests).toBe(4);
  await writeFile(join(cache, 'subset', 't10k-labels-idx1-ubyte.gz'), 'damaged');
  expect((await readPublished(set, {})).test).toEqual(held);
  expect(requests).toBe(5);
});

test('the published checksums refuse other files', async () => {
  const mirrors = [await serveSubset()];
  await expect(mnist({ mirrors })).rejects.toMatchObject({ code: 'DOWNLOAD' });
  await expect(fashionMnist({ mirrors })).rejects.toMatchObject({ code: 'DOWNLOAD' });
  expect(await readdir(join(cache, 'mnist'))).toEqual([]);
});

test('digits of a folder have labels, and about as many of each', async () => {
  const { train, test: held } = await mnist({ folder: subset });
  expect(train).toMatchObject({ count: 200, eventShape: [28, 28, 1], bins: 256 });
  const counts = new Array<number>(10).fill(0);
  for (const { labels } of [train, held]) for (const label of labels ?? []) counts[label] = (counts[label] ?? 0) + 1;
  expect(counts).toEqual(new Array(10).fill(25));
});

test('files that are sorted by class are mixed by a split', async () => {
  const large = join(shared, 'mnist10k-images-idx3-ubyte.gz');
  const [images, labels] = existsSync(large)
    ? [large, large.replace('images-idx3', 'labels-idx1')]
    : [join(subset, 'train-images-idx3-ubyte.gz'), join(subset, 'train-labels-idx1-ubyte.gz')];
  const all = await readIdxImages(images, { labels });
  const { test: held } = split(all, { train: 0.8, validation: 0.1, test: 0.1 }, 1);
  expect(new Set(held.labels?.subarray(0, held.count)).size).toBeGreaterThan(5);
});

test('Fashion-MNIST of a folder', async () => {
  const folder = join(shared, 'fashion-mnist');
  const { train, test: held } = await fashionMnist({ folder: existsSync(folder) ? folder : subset });
  expect([train.count, held.count]).toEqual(existsSync(folder) ? [60_000, 10_000] : [200, 50]);
  expect(held.classes).toHaveLength(10);
});

test('errors name the file, and folders of the cache may not be files', async () => {
  await mkdir(join(cache, 'empty'));
  await expect(mnist({ folder: join(cache, 'empty') })).rejects.toThrow(
    /train-(images-idx3|labels-idx1)-ubyte.gz cannot be read: there is no such file/,
  );
  await writeFile(join(cache, 'mnist'), '');
  await expect(mnist({ mirrors: ['http://127.0.0.1:1'] })).rejects.toMatchObject({ code: 'FILE' });
  await expect(
    readIdxImages(join(subset, 't10k-images-idx3-ubyte.gz'), { labels: join(subset, 'train-labels-idx1-ubyte.gz') }),
  ).rejects.toThrow(/50 images were given 200 labels/);
});

test('the cache is where DIFFEO_CACHE says, else in the user cache', () => {
  expect(cacheFolder()).toBe(cache);
  delete process.env['DIFFEO_CACHE'];
  expect(cacheFolder()).toMatch(/diffeo$/);
});
