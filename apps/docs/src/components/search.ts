/** The part of Pagefind that is used. */
interface Pagefind {
  options(options: { readonly baseUrl: string }): Promise<void>;
  debouncedSearch(text: string): Promise<{ readonly results: readonly { data(): Promise<Found> }[] } | null>;
}

interface Found {
  readonly url: string;
  readonly excerpt: string;
  readonly meta: { readonly title?: string };
}

const mostResults = 8;
/** The site's root: scripts lie one folder below it. */
const root = new URL(/* @vite-ignore */ '../', import.meta.url);

let index: Promise<Pagefind> | null = null;

async function loadIndex(): Promise<Pagefind> {
  const address = new URL('pagefind/pagefind.js', root).href;
  const pagefind = (await import(/* @vite-ignore */ address)) as Pagefind;
  await pagefind.options({ baseUrl: root.pathname });
  return pagefind;
}

class SiteSearch extends HTMLElement {
  connectedCallback(): void {
    const dialog = this.querySelector('dialog') as HTMLDialogElement;
    const input = this.querySelector('input') as HTMLInputElement;
    const open = (): void => {
      if (!dialog.open) dialog.showModal();
      input.select();
    };
    this.querySelector('[data-open]')?.addEventListener('click', open);
    input.addEventListener('input', () => void this.#search(input.value.trim()));
    dialog.addEventListener('click', ({ target }) => {
      if (target === dialog || (target as Element).closest('a')) dialog.close();
    });
    addEventListener('keydown', (event) => {
      const asked = event.key === 'k' && (event.ctrlKey || event.metaKey);
      if (!asked) return;
      event.preventDefault();
      open();
    });
  }

  async #search(text: string): Promise<void> {
    const list = this.querySelector('ul') as HTMLUListElement;
    const status = this.querySelector('[role="status"]') as HTMLElement;
    if (text === '') {
      list.replaceChildren();
      status.textContent = '';
      return;
    }
    try {
      index ??= loadIndex();
      const found = await (await index).debouncedSearch(text);
      if (!found) return; // another letter came meanwhile
      const results = await Promise.all(found.results.slice(0, mostResults).map((result) => result.data()));
      const { length } = found.results;
      status.textContent = length === 0 ? `Nothing about “${text}”.` : `${length} ${length === 1 ? 'page' : 'pages'}`;
      list.replaceChildren(...results.map(entryOf));
    } catch {
      index = null;
      status.textContent = 'The index could not be fetched.';
    }
  }
}

function entryOf({ url, excerpt, meta }: Found): HTMLLIElement {
  const [entry, link, title, text] = (['li', 'a', 'b', 'small'] as const).map((name) => document.createElement(name));
  (link as HTMLAnchorElement).href = url;
  (title as HTMLElement).textContent = meta.title ?? url;
  // Pagefind escapes the text of pages and marks what was found.
  (text as HTMLElement).innerHTML = excerpt;
  link?.append(title as HTMLElement, text as HTMLElement);
  entry?.append(link as HTMLElement);
  return entry as HTMLLIElement;
}

customElements.define('site-search', SiteSearch);
