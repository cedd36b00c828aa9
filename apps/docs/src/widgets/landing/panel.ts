import type { Frame } from '../../live/protocol.ts';
import type { Settings } from './settings.ts';
import type { Scene } from './stage.ts';

const nats = (divergence: number): string => `${Math.max(0, divergence).toFixed(3)} nats`;

/** What of the landing widget stands around its picture: reads the controls, and writes numbers and words. */
export class Panel {
  readonly #root: HTMLElement;
  #announced = '';

  /** @param root is looked into when something is read or written, and not before */
  constructor(root: HTMLElement) {
    this.#root = root;
  }

  find<T extends HTMLElement = HTMLElement>(selector: string): T {
    const found = this.#root.querySelector<T>(selector);
    if (!found) throw new Error(`the landing widget has no ${selector}`);
    return found;
  }

  /** The buttons that choose a density. */
  get densities(): NodeListOf<HTMLElement> {
    return this.#root.querySelectorAll<HTMLElement>('[data-density]');
  }

  /** Where the slider stands, in layers from the data; its own numbers go the other way, from the base. */
  position(couplings: number): number {
    const slider = this.find<HTMLInputElement>('[data-way]');
    const stages = couplings + 1;
    const at = stages * (1 - Number(slider.value));
    const layer = stages - Math.round(at);
    const text = layer === 0 ? 'base' : layer === stages ? 'data' : `after ${layer} of ${stages} layers`;
    slider.setAttribute('aria-valuetext', text);
    return at;
  }

  get shows(): Scene['shows'] {
    const isOn = (name: string): boolean => this.find<HTMLInputElement>(`[data-show="${name}"]`).checked;
    return { data: isOn('data'), samples: isOn('samples'), grid: isOn('grid') };
  }

  /** Marks which data are chosen, and writes the settings. */
  mark({ data, ...settings }: Settings, isSketching: boolean): void {
    for (const button of this.densities) {
      const isChosen = !isSketching && data.kind === 'toy' && data.name === button.dataset['density'];
      button.setAttribute('aria-pressed', String(isChosen));
    }
    this.find('[data-sketch]').setAttribute('aria-pressed', String(isSketching || data.kind === 'drawn'));
    for (const name of ['seed', 'couplings', 'learningRate', 'steps'] as const) {
      this.find<HTMLInputElement>(`[data-setting="${name}"]`).value = String(settings[name]);
    }
  }

  markRunning(isRunning: boolean, isDone: boolean): void {
    this.find('[data-toggle-label]').textContent = isRunning ? 'Pause' : isDone ? 'Again' : 'Train';
    this.#root.classList.toggle('is-running', isRunning);
  }

  /** Writes what the loss is compared with; `null` is not known. */
  level(name: 'entropy' | 'gaussian', value: number | null): void {
    this.find(`[data-level-text="${name}"] b`).textContent = value === null ? 'unknown' : value.toFixed(3);
  }

  clearNumbers(): void {
    for (const name of ['step', 'loss', 'divergence', 'speed'] as const) this.#number(name, '–');
  }

  /** Writes how far training is, and how fast. */
  writeNumbers({ step, loss, validation, divergence, stepsPerSecond }: Frame): void {
    this.#number('step', step.toLocaleString('en'));
    this.#number('loss', (validation ?? loss)?.toFixed(3) ?? '–');
    this.#number('divergence', divergence === null ? 'unknown' : nats(divergence));
    if (stepsPerSecond > 0) this.#number('speed', `${Math.round(stepsPerSecond).toLocaleString('en')} steps/s`);
  }

  #number(name: 'step' | 'loss' | 'divergence' | 'speed', text: string): void {
    this.find(`[data-number="${name}"]`).textContent = text;
  }

  /** Writes on the picture; '' takes it away. */
  hint(text: string): void {
    const hint = this.find('[data-hint]');
    hint.textContent = text;
    hint.hidden = text === '';
  }

  /** Said once, however often it is true. */
  announce(text: string): void {
    if (text === this.#announced) return;
    this.#announced = text;
    this.say(text);
  }

  announceEnd({ step, divergence }: Frame): void {
    const distance = divergence === null ? '' : `, ${nats(divergence)} from the truth`;
    this.announce(`Trained in ${step.toLocaleString('en')} steps${distance}.`);
  }

  say(text: string): void {
    this.find('[data-status]').textContent = text;
  }
}
