/** What the landing page shows before anything runs. */
export const draw = (): string => '<svg viewBox="0 0 100 100" role="img" aria-label="A density"></svg>';
