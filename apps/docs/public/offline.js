// What was visited can be read again without a network. The worker keeps what the page has fetched so far, and what it fetches later.
const { serviceWorker } = navigator;

async function keepVisited() {
  await serviceWorker.register(new URL('service-worker.js', import.meta.url));
  const { active } = await serviceWorker.ready;
  const fetched = performance.getEntriesByType('resource').map(({ name }) => name);
  active?.postMessage({ keep: [location.href.replace(/#.*/, ''), ...fetched] });
}

// Hosts without HTTPS have no service workers, and some browsers forbid them: the site works without.
if (serviceWorker) keepVisited().catch(() => undefined);
