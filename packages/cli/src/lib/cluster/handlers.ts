/** The handlers of the jobs that the command has done; threads import this module. */
import {
  type Handlers,
  sampleHandler,
  sampleType,
  scoreHandler,
  scoreType,
  trialHandler,
  trialType,
} from '@diffeo/cluster';
import { sizeOf } from '@diffeo/core';
import { tableRows } from '../data/sources/table.ts';
import { definitions } from '../model/definitions.ts';
import { notesOf } from '../model/model-metadata.ts';

/** Reads rows as `diffeo score` does. */
export const handlers: Handlers = {
  [scoreType]: scoreHandler({
    definitions,
    rowsFor: async ({ model, metadata }, csv, read) => {
      const notes = notesOf(metadata, sizeOf(model.eventShape), sizeOf(model.contextShape ?? [0]));
      const { context, ...rows } = await tableRows({ notes, model }, { csv }, read);
      return { rows, context };
    },
  }),
  [sampleType]: sampleHandler({ definitions }),
  [trialType]: trialHandler({ definitions }),
};
