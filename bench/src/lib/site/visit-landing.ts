import { gzipSync } from 'node:zlib';
import { watchedPage } from '@diffeo/browser-test/browser';

/** What one visit of the landing page, in a profile of its own, came to. Times are milliseconds. */
export interface Visit {
  readonly firstPaint: number;
  readonly largestPaint: number;
  /** How far things moved while the page was loaded: cumulative layout shift. */
  readonly layoutShift: number;
  /** What long tasks took beyond 50 ms each, before the click. */
  readonly blocked: number;
  /** The same while it trains and draws. */
  readonly blockedInTraining: number;
  /** Gzipped, in thousands of bytes. */
  readonly scriptsBefore: number;
  readonly allBefore: number;
  readonly afterClick: number;
  /** From the click to the first step, what trains being fetched and compiled in between. */
  readonly firstStep: number;
  /** Of 6 couplings of 32 × 32, batch 256, pauses and pictures left out. */
  readonly stepsPerSecond: number;
  readonly stepsPerFrame: number;
  readonly framesPerSecond: number;
}

type Browser = Parameters<typeof watchedPage>[0];
type Page = Awaited<ReturnType<typeof watchedPage>>['page'];

/** Opens the landing page, trains for so many seconds, and closes it. */
export async function visitLanding(browser: Browser, site: string, seconds: number): Promise<Visit> {
  const { page, settle, close } = await watchedPage(browser, site, { serviceWorkers: 'block' });
  const sizes: { readonly name: string; readonly size: Promise<number> }[] = [];
  page.context().on('response', (response) => {
    const size = response.body().then(
      (body) => gzipSync(body).length / 1000,
      () => 0,
    );
    sizes.push({ name: new URL(response.url()).pathname, size });
  });
  const weight = async (from: number, pattern = /./): Promise<number> => {
    const wanted = sizes.slice(from).filter(({ name }) => pattern.test(name));
    return (await Promise.all(wanted.map(({ size }) => size))).reduce((sum, size) => sum + size, 0);
  };
  try {
    await page.addInitScript(observePaints);
    await page.goto(site);
    await page.waitForSelector('diffeo-landing.is-live');
    await settle();
    const before = sizes.length;
    const [scriptsBefore, allBefore] = [await weight(0, /\.js$/), await weight(0)];
    const read = () => page.evaluate(() => (globalThis as unknown as { seen: Paints }).seen);
    const paints = await read();
    const training = await train(page, seconds);
    const blockedInTraining = (await read()).blocked - paints.blocked;
    return { ...paints, blockedInTraining, scriptsBefore, allBefore, afterClick: await weight(before), ...training };
  } finally {
    await close();
  }
}

type Paints = Pick<Visit, 'firstPaint' | 'largestPaint' | 'layoutShift' | 'blocked'>;

/** In the page, before anything of it. */
function observePaints(): void {
  const seen = { firstPaint: 0, largestPaint: 0, layoutShift: 0, blocked: 0 };
  Object.assign(globalThis, { seen });
  const on = (type: string, note: (entry: PerformanceEntry) => void): void =>
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) note(entry);
    }).observe({ type, buffered: true });
  on('paint', ({ name, startTime }) => {
    if (name === 'first-contentful-paint') seen.firstPaint = startTime;
  });
  on('largest-contentful-paint', ({ startTime }) => {
    seen.largestPaint = startTime;
  });
  on('layout-shift', (entry) => {
    seen.layoutShift += (entry as PerformanceEntry & { readonly value: number }).value;
  });
  on('longtask', ({ duration }) => {
    seen.blocked += Math.max(0, duration - 50);
  });
}

type Training = Pick<Visit, 'firstStep' | 'stepsPerSecond' | 'stepsPerFrame' | 'framesPerSecond'>;

/** Clicks, and counts what the widget says of itself. */
const train = (page: Page, seconds: number): Promise<Training> =>
  page.evaluate(async (length) => {
    const landing = document.querySelector<HTMLElement>('diffeo-landing');
    if (!landing) throw new Error('the landing page has no widget');
    const read = (name: string): number => Number(landing.dataset[name] ?? 0);
    const until = (holds: () => boolean): Promise<void> =>
      new Promise((resolve) => {
        const observer = new MutationObserver(() => {
          if (!holds()) return;
          observer.disconnect();
          resolve();
        });
        observer.observe(landing, { attributes: true });
      });
    const began = performance.now();
    landing.querySelector<HTMLElement>('[data-start]')?.click();
    await until(() => read('step') > 0);
    const firstStep = performance.now() - began;
    // Kernels are compiled again, and steps recorded, in the first second.
    await new Promise((resolve) => setTimeout(resolve, Math.min(1000, 500 * length)));
    const [from, step, frames] = [performance.now(), read('step'), read('frames')];
    await new Promise((resolve) => setTimeout(resolve, 1000 * length));
    const [passed, steps, drawn] = [(performance.now() - from) / 1000, read('step') - step, read('frames') - frames];
    const said = landing.querySelector('[data-number="speed"]')?.textContent ?? '';
    return {
      firstStep,
      stepsPerSecond: Number(said.replace(/[^\d.]/g, '')),
      stepsPerFrame: steps / Math.max(1, drawn),
      framesPerSecond: drawn / passed,
    };
  }, seconds);
