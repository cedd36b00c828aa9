/** How long a page is left alone that has been loaded, in milliseconds: its reader sees first what it says, and what was learned before. */
const quiet = 2000;

/**
 * Calls once the page has been loaded for two seconds, is idle and shows the element, where motion is welcome and data are not to be
 * spared. Where they are not, a click has to ask.
 */
export function whenWelcome(element: Element, signal: AbortSignal, call: () => void): void {
  const { connection } = navigator as Navigator & { readonly connection?: { readonly saveData?: boolean } };
  if (matchMedia('(prefers-reduced-motion: reduce)').matches || connection?.saveData) return;
  const whenIdle = globalThis.requestIdleCallback ?? ((then: () => void) => setTimeout(then, 200));
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    observer.disconnect();
    whenIdle(() => {
      if (!signal.aborted) call();
    });
  });
  const observe = (): void => {
    setTimeout(() => {
      if (!signal.aborted) observer.observe(element);
    }, quiet);
  };
  if (document.readyState === 'complete') observe();
  else addEventListener('load', observe, { once: true, signal });
  signal.addEventListener('abort', () => observer.disconnect());
}
