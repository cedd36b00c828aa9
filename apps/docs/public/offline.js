// What was visited can be read again without a network. The worker keeps what the page has fetched so far, and what it fetches later.
const { serviceWorker } = navigator;

async function keepVisited() {
  await serviceWorker.register(new URL('service-worker.js', import.meta.url));
  const { active } = await serviceWorker.ready;
  const keep = (addresses) => active?.postMessage({ keep: addresses });
  keep([location.href.replace(/#.*/, '')]);
  // Until it is in charge of the page, files go past it: each is told of when it has come.
  const seen = new PerformanceObserver((entries) => keep(entries.getEntries().map(({ name }) => name)));
  seen.observe({ type: 'resource', buffered: true });
}

// Hosts without HTTPS have no service workers, and some browsers forbid them: the site works without.
if (serviceWorker) keepVisited().catch(() => undefined);
