// Keeps the files of this build that were visited. `files` and `version` are filled in when the site is built.
/** @type {ReadonlySet<string>} addresses relative to this file */
const files = new Set(__FILES__);
const cacheName = 'diffeo-__VERSION__';
const root = new URL('./', location.href).href;

/** The file of this build that an address means, if any. */
const fileOf = (address) => {
  const url = new URL(address);
  url.hash = '';
  url.search = '';
  if (!url.href.startsWith(root)) return null;
  const path = decodeURI(url.href.slice(root.length));
  const file = path === '' || path.endsWith('/') ? `${path}index.html` : path;
  return files.has(file) ? new URL(file, root).href.replace(/index\.html$/, '') : null;
};

self.addEventListener('install', () => self.skipWaiting());

self.addEventListener('activate', (event) => {
  const clean = async () => {
    const names = await caches.keys();
    const old = names.filter((name) => name.startsWith('diffeo-') && name !== cacheName);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(clean());
});

self.addEventListener('message', (event) => {
  const keep = async () => {
    const cache = await caches.open(cacheName);
    for (const address of event.data.keep) {
      const file = fileOf(address);
      if (file && !(await cache.match(file))) await cache.add(file).catch(() => undefined);
    }
  };
  event.waitUntil(keep());
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const file = request.method === 'GET' ? fileOf(request.url) : null;
  if (!file) return;
  const isHashed = file.startsWith(`${root}assets/`);
  const answer = async () => {
    const cache = await caches.open(cacheName);
    const kept = await cache.match(file);
    if (kept && isHashed) return kept; // its name changes with its content
    try {
      const response = await fetch(request);
      if (response.ok) await cache.put(file, response.clone());
      return response;
    } catch (error) {
      if (kept) return kept;
      throw error;
    }
  };
  event.respondWith(answer());
});
