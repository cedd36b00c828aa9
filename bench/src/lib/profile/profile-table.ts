import { textTable } from '../text-table.ts';
import type { Profile } from './write-profiles.ts';

/** The result for people. */
export const profileTable = (profiles: readonly Profile[]): string =>
  profiles
    .map(({ model, competitor, file, milliseconds, places }) => {
      const table = textTable(
        [
          { heading: 'ms', align: 'right' },
          { heading: '%', align: 'right' },
          { heading: 'where', align: 'left' },
        ],
        places.map(({ name, milliseconds: spent }) => [
          spent.toFixed(0),
          ((100 * spent) / milliseconds).toFixed(1),
          name,
        ]),
      );
      return `${competitor}: ${model}\n${file}\n${table}`;
    })
    .join('\n\n');
