import { renderToString } from 'katex';
import { type HastPluginDefinition, htmlToHast } from 'satteri';

/**
 * Formulas become HTML and MathML while the site is built, so no page needs a script for them. A formula that KaTeX does not
 * know fails the build.
 */
export const mathPlugin: HastPluginDefinition = {
  name: 'math',
  element: {
    // A formula on lines of its own is code inside `pre`, whose frame it does not want.
    filter: ['pre', 'code'],
    visit(node, context) {
      const code = node.tagName === 'pre' ? node.children[0] : node;
      const names = code?.type === 'element' ? code.properties['className'] : undefined;
      const isMath = Array.isArray(names) && names.includes('language-math');
      if (!isMath) return;
      const displayMode = names.includes('math-display');
      if (displayMode !== (node.tagName === 'pre')) return;
      const html = renderToString(context.textContent(node), { displayMode, throwOnError: true, strict: 'error' });
      // HTML needs no namespace here, and the parser would rename the attribute.
      const tree = htmlToHast(html.replaceAll(/ xmlns="[^"]*"/g, ''), { fragment: true });
      const [drawn] = 'children' in tree ? tree.children : [];
      // A long formula scrolls in its own frame, and keys have to reach it.
      if (displayMode && drawn?.type === 'element') drawn.properties['tabIndex'] = 0;
      return drawn;
    },
  },
};
