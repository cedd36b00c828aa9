/** What dragging does: sets controls by their names, and says that it has. */
export interface Dragging {
  readonly set: (name: string, value: number) => void;
  readonly moved: () => void;
}

/**
 * Lets the pointer set controls from a slot's first plot, as keys do. The slot says which by `data-drag`: `x:NAME y:NAME` for a point, or
 * `at:NUMBER:NAME …` for handles that stand at numbers of the x-axis and move up and down, of which the nearest is taken. A finger
 * moves what it touches if that is a handle, and the page otherwise.
 */
export function dragIn(slot: HTMLElement, { set, moved }: Dragging, signal: AbortSignal): void {
  const parts = (slot.dataset['drag'] ?? '').split(' ').map((part) => part.split(':'));
  const handles = parts.flatMap(([kind, at, name]) => (kind === 'at' ? [{ at: Number(at), name: name ?? '' }] : []));
  const axes = parts.filter(([kind]) => kind !== 'at') as ['x' | 'y', string][];
  let pointer: number | null = null;
  let handle = handles[0];

  const move = (event: PointerEvent): void => {
    const place = placeIn(slot, event);
    if (!place) return;
    if (handle) set(handle.name, place.y);
    for (const [axis, name] of axes) set(name, place[axis]);
    moved();
  };
  const begin = (event: PointerEvent): void => {
    const place = event.button === 0 ? placeIn(slot, event) : null;
    if (!place) return;
    const distance = ({ at }: { readonly at: number }): number => Math.abs(at - place.x);
    handle = handles.toSorted((a, b) => distance(a) - distance(b))[0];
    pointer = event.pointerId;
    slot.setPointerCapture(pointer);
    move(event);
  };
  const end = (): void => {
    pointer = null;
  };
  slot.addEventListener('pointerdown', begin, { signal });
  slot.addEventListener('pointermove', (event) => event.pointerId === pointer && move(event), { signal });
  for (const type of ['pointerup', 'pointercancel'] as const) slot.addEventListener(type, end, { signal });
}

/** The numbers under the pointer, on the first plane in the slot; `null` where there is none. */
function placeIn(slot: HTMLElement, { clientX, clientY }: PointerEvent): Readonly<Record<'x' | 'y', number>> | null {
  const plane = slot.querySelector<SVGSVGElement>('svg svg[data-x]');
  const matrix = plane?.ownerSVGElement?.getScreenCTM();
  if (!plane || !matrix) return null;
  const point = new DOMPoint(clientX, clientY).matrixTransform(matrix.inverse());
  const side = (name: string): number => Number(plane.getAttribute(name));
  const ends = (name: 'x' | 'y'): [number, number] => {
    const [low = 0, high = 1] = (plane.dataset[name] ?? '').split(' ').map(Number);
    return [low, high];
  };
  const [left, right] = ends('x');
  const [bottom, top] = ends('y');
  return {
    x: left + ((point.x - side('x')) / side('width')) * (right - left),
    y: top - ((point.y - side('y')) / side('height')) * (top - bottom),
  };
}
