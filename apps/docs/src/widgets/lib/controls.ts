/** A number between two ends. */
export interface Range {
  readonly name: string;
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly value: number;
}

/** A slider with its label, and the number that it stands at. */
export const range = ({ name, label, min, max, step, value }: Range): string =>
  `<label class="control"><span>${label} <output>${String(value).replace('-', '−')}</output></span><input type="range" name="${name}" min="${min}" max="${max}" step="${step}" value="${value}" /></label>`;

/** One of several. */
export interface Choice {
  readonly name: string;
  readonly label: string;
  readonly options: readonly (readonly [value: string, label: string])[];
  readonly value: string;
}

/** A list to choose from, with its label. */
export const choice = ({ name, label, options, value }: Choice): string =>
  `<label class="control"><span>${label}</span><select name="${name}">${options
    .map(([option, text]) => `<option value="${option}"${option === value ? ' selected' : ''}>${text}</option>`)
    .join('')}</select></label>`;

/** A button that makes another picture: it counts, in a field of the name, how often it was pressed. */
export const button = (name: string, label: string, value = 0): string =>
  `<button type="button" data-count="${name}">${label}</button><input type="hidden" name="${name}" value="${value}" />`;
