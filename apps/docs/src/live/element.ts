import type { Editor } from './editor.ts';
import type { RunAnswer, RunRequest } from './messages.ts';
import { outputHtml } from './output-html.ts';

/** An example that does not end is stopped after so long. */
const maxSeconds = 60;

/**
 * An example of `src/examples` in a page: its code, what it printed while the site was built, and buttons that run it here, in a
 * worker of its own for each run.
 */
class LiveExample extends HTMLElement {
  #worker: Worker | undefined;
  #limit: ReturnType<typeof setTimeout> | undefined;
  #editor: Editor | undefined;
  readonly #listeners = new AbortController();

  connectedCallback(): void {
    const { signal } = this.#listeners;
    const on = (name: string, act: () => void) => this.#button(name).addEventListener('click', act, { signal });
    on('run', () => this.#run());
    on('stop', () => this.#end('stopped'));
    on('edit', () => void this.#edit());
    on('reset', () => this.#editor?.replace(this.#source()));
    for (const name of ['run', 'edit']) this.#button(name).hidden = false;
  }

  disconnectedCallback(): void {
    this.#listeners.abort();
    this.#end('');
  }

  #part<T extends HTMLElement>(name: string): T {
    return this.querySelector(`[data-part="${name}"]`) as T;
  }

  #button(name: string): HTMLButtonElement {
    return this.#part(name);
  }

  /** The code as it stands in the file. */
  #source(): string {
    return this.#part<HTMLTextAreaElement>('source').defaultValue;
  }

  #say(text: string): void {
    this.#part('status').textContent = text;
  }

  #run(): void {
    this.#end('');
    this.#say('running …');
    const output = this.#part('output');
    output.replaceChildren();
    const code = this.#editor?.code() ?? this.#source();
    const isChanged = code !== this.#source();
    const worker = isChanged
      ? new Worker(new URL('./code-worker.ts', import.meta.url), { type: 'module' })
      : new Worker(new URL('./file-worker.ts', import.meta.url), { type: 'module' });
    this.#worker = worker;
    worker.addEventListener('message', ({ data }: MessageEvent<RunAnswer>) => {
      if ('output' in data) output.insertAdjacentHTML('beforeend', outputHtml(data.output));
      else this.#end(`ran here in ${data.seconds.toFixed(1)} s`);
    });
    worker.addEventListener('error', ({ message }) => {
      output.insertAdjacentHTML(
        'beforeend',
        outputHtml({ kind: 'failure', text: message || 'the worker did not start' }),
      );
      this.#end('failed');
    });
    const name = this.dataset['name'] ?? '';
    worker.postMessage((isChanged ? { name, code } : { name }) satisfies RunRequest);
    this.#limit = setTimeout(() => this.#end(`stopped after ${maxSeconds} s`), maxSeconds * 1000);
    this.#button('stop').hidden = false;
  }

  #end(status: string): void {
    clearTimeout(this.#limit);
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#button('stop').hidden = true;
    this.#say(status);
  }

  async #edit(): Promise<void> {
    this.#button('edit').hidden = true;
    this.#part<HTMLDetailsElement>('folded').open = true;
    const { openEditor } = await import('./editor.ts');
    const code = this.#part('code');
    code.replaceChildren();
    this.#editor = openEditor(code, this.#source(), () => this.#run());
    this.#button('reset').hidden = false;
  }
}

if (!customElements.get('diffeo-example')) customElements.define('diffeo-example', LiveExample);
