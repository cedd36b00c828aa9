import { registerHooks } from 'node:module';

/**
 * Registers tfjs's own gradients: the ones that importing `@tensorflow/tfjs` brings, and `@tensorflow/tfjs-core` in Node does
 * not. They are ES modules that import each other without file endings, so Node has to be told the endings. Both builds of
 * tfjs-core in the process share one engine and one table of gradients.
 */
export async function registerStockGradients(): Promise<void> {
  registerHooks({
    resolve: (specifier, context, next) => {
      const inside = specifier.startsWith('.') && context.parentURL?.includes('/tfjs-core/dist/');
      return next(inside && !specifier.endsWith('.js') ? `${specifier}.js` : specifier, context);
    },
  });
  await import('@tensorflow/tfjs-core/dist/register_all_gradients.js');
}
