/** Fetches a widget's code when the widget comes near the view, and defines its element. */
const elements = import.meta.glob<{ readonly element: CustomElementConstructor }>('./*/element.ts');

const near = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting || !(target instanceof HTMLElement)) continue;
      near.unobserve(target);
      void define(target.dataset['widget'] ?? '');
    }
  },
  { rootMargin: '200px' },
);

async function define(name: string): Promise<void> {
  const load = elements[`./${name}/element.ts`];
  if (!load) return; // a drawing alone
  const { element } = await load();
  if (!customElements.get(`diffeo-${name}`)) customElements.define(`diffeo-${name}`, element);
}

for (const widget of document.querySelectorAll('[data-widget]')) near.observe(widget);
