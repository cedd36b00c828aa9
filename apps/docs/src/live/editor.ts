import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { javascript } from '@codemirror/lang-javascript';
import { bracketMatching, syntaxHighlighting } from '@codemirror/language';
import { EditorView, keymap } from '@codemirror/view';
import { classHighlighter } from '@lezer/highlight';

/** An editor of code, whose colours are in `style.css`. */
export interface Editor {
  readonly code: () => string;
  replace(code: string): void;
}

/** Opens an editor inside `parent`. Ctrl-Enter (⌘-Enter) runs; Tab leaves it, as everywhere in the page. */
export function openEditor(parent: HTMLElement, code: string, run: () => void): Editor {
  const runs = {
    key: 'Mod-Enter',
    run: () => {
      run();
      return true;
    },
  };
  const view = new EditorView({
    parent,
    doc: code,
    extensions: [
      history(),
      bracketMatching(),
      javascript(),
      syntaxHighlighting(classHighlighter),
      keymap.of([runs, ...defaultKeymap, ...historyKeymap]),
      EditorView.contentAttributes.of({ 'aria-label': 'the example’s code' }),
    ],
  });
  view.focus();
  return {
    code: () => view.state.doc.toString(),
    replace: (text) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } }),
  };
}
