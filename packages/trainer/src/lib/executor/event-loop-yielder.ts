/** Lets timers, input and the abort signal have their turn now and then. */
export function eventLoopYielder(everyMilliseconds = 50): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < everyMilliseconds) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    last = performance.now();
  };
}
