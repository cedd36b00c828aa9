import type { HastPluginDefinition } from 'satteri';

/** Wide tables scroll in their own frame on a phone: keys have to reach them. */
export const scrollPlugin: HastPluginDefinition = {
  name: 'scroll',
  element: {
    filter: ['table'],
    visit(node, context) {
      context.setProperty(node, 'tabIndex', 0);
    },
  },
};
