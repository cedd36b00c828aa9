let current: string | null = null;
const failed = new WeakMap<object, string>();

/** The innermost layer, base or dequantizer that runs now: `layers.3 (@diffeo/layers-coupling/coupling)`. `null` outside of all. */
export const currentPart = (): string | null => current;

/** The innermost part that was running when `error` was thrown. */
export const failedPart = (error: unknown): string | null =>
  error instanceof Object ? (failed.get(error) ?? null) : null;

/** Runs a map of the part `name`. */
export function withinPart<T>(name: string, run: () => T): T {
  const outer = current;
  current = name;
  try {
    return run();
  } catch (error) {
    if (error instanceof Object && !failed.has(error)) failed.set(error, name);
    throw error;
  } finally {
    current = outer;
  }
}
