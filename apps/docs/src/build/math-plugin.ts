import { renderToString } from 'katex';
import { type HastPluginDefinition, htmlToHast } from 'satteri';

/**
 * Formulas become HTML and MathML while the site is built, so no page needs a script for them. A formula that KaTeX does not
 * know fails the build.
 */
export const mathPlugin: HastPluginDefinition = {
  name: 'math',
  element: {
    filter: ['code'],
    visit(node, context) {
      const names = node.properties['className'];
      const isMath = Array.isArray(names) && names.includes('language-math');
      if (!isMath) return;
      const displayMode = names.includes('math-display');
      const html = renderToString(context.textContent(node), { displayMode, throwOnError: true, strict: 'error' });
      // HTML needs no namespace here, and the parser would rename the attribute.
      const tree = htmlToHast(html.replaceAll(/ xmlns="[^"]*"/g, ''), { fragment: true });
      return 'children' in tree ? tree.children[0] : undefined;
    },
  },
};
