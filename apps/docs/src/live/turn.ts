const { port1, port2 } = new MessageChannel();
let next: (() => void) | null = null;
port1.onmessage = () => {
  const resolve = next;
  next = null;
  resolve?.();
};

/** Lets messages that wait have their turn. A timer would wait four milliseconds. */
export const turn = (): Promise<void> =>
  new Promise((resolve) => {
    next = resolve;
    port2.postMessage(null);
  });
