/** The handlers of the jobs that the command has done; threads import this module. */
import { jobHandlers } from '@diffeo/cluster';
import { sizeOf } from '@diffeo/core';
import { tableRows } from '../data/sources/table.ts';
import { definitions } from '../model/definitions.ts';
import { notesOf } from '../model/model-metadata.ts';

export const handlers = jobHandlers({
  definitions,
  // As `diffeo score` reads them.
  rowsFor: async ({ model, metadata }, csv, read) => {
    const notes = notesOf(metadata, sizeOf(model.eventShape), sizeOf(model.contextShape ?? [0]));
    const { context, ...rows } = await tableRows({ notes, model }, { csv }, read);
    return { rows, context };
  },
});
