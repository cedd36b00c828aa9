/** Takes files that are dropped on an element, which is marked by `is-dropping` while one is above it. */
export function dropFile(element: HTMLElement, signal: AbortSignal, take: (file: File | undefined) => void): void {
  element.addEventListener(
    'dragover',
    (event) => {
      event.preventDefault();
      element.classList.add('is-dropping');
    },
    { signal },
  );
  element.addEventListener('dragleave', () => element.classList.remove('is-dropping'), { signal });
  element.addEventListener(
    'drop',
    (event) => {
      event.preventDefault();
      element.classList.remove('is-dropping');
      take(event.dataTransfer?.files[0]);
    },
    { signal },
  );
}
