import type { DataSource } from '../../live/protocol.ts';
import type { Panel } from './panel.ts';
import { defaults, fromHash, type Settings, toHash } from './settings.ts';
import { askColumns, columnsOf, readTable } from './table-picker.ts';

/** What the reader has chosen, by the controls, a file or the address, which follows. */
export class Choice {
  readonly #panel: Panel;
  readonly #onChange: () => void;
  #settings: Settings = defaults;

  /** @param onChange is called when something else was chosen by the controls */
  constructor(panel: Panel, onChange: () => void) {
    [this.#panel, this.#onChange] = [panel, onChange];
  }

  get settings(): Settings {
    return this.#settings;
  }

  /** Takes the settings from the address, where there are any. Says whether they are others. */
  readAddress(): boolean {
    if (!/^#(data|drawn|table|seed)=/.test(location.hash)) return false;
    const names = Array.from(this.#panel.densities, ({ dataset }) => dataset['density'] ?? '');
    const found = fromHash(location.hash, names);
    if (!found) this.#panel.say('This address holds no settings that can be meant.');
    if (!found || toHash(found) === toHash(this.#settings)) return false;
    this.#settings = found;
    return true;
  }

  /** Other data. */
  take(data: DataSource): void {
    this.#settings = { ...this.#settings, data };
    if (data.kind !== 'table') this.#panel.find('[data-columns]').hidden = true;
    this.#changed();
  }

  /** Two columns of a file, which are asked for. */
  async takeFile(file: File | undefined): Promise<void> {
    if (!file) return;
    this.#panel.say(`Reading ${file.name} …`);
    const table = await readTable(file);
    if ('refusal' in table) return this.#panel.say(table.refusal);
    askColumns(this.#panel.find<HTMLFormElement>('[data-columns]'), table.columns, (chosen) => {
      const data = columnsOf(table, chosen);
      if ('refusal' in data) return this.#panel.say(data.refusal);
      this.#panel.say(`${table.count.toLocaleString('en')} rows of ${file.name}.`);
      this.take(data);
    });
  }

  /** What a control of one setting says; what cannot be meant is taken back. */
  set(input: HTMLInputElement): void {
    const value = Number(input.value);
    const name = input.dataset['setting'] as 'seed' | 'couplings' | 'learningRate' | 'steps';
    const changed = { ...this.#settings, [name]: value };
    if (!input.checkValidity() || !fromHash(toHash({ ...changed, data: defaults.data }), ['two-moons'])) {
      input.value = String(this.#settings[name]);
      return;
    }
    this.#settings = changed;
    this.#changed();
  }

  /** Copies the address, which holds all of it. */
  async share(): Promise<void> {
    this.#writeAddress();
    try {
      await navigator.clipboard.writeText(location.href);
      this.#panel.say('The address is copied: whoever opens it sees this flow train.');
    } catch {
      this.#panel.say('The address of this page now holds data, seed and settings.');
    }
  }

  #changed(): void {
    this.#writeAddress();
    this.#onChange();
  }

  #writeAddress(): void {
    history.replaceState(null, '', `#${toHash(this.#settings)}`);
  }
}
