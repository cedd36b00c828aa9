import { defineCommand } from 'citty';
import { print } from '../print.ts';
import { imageSubjects, smokeSubjects, vectorSubjects } from '../profile/profile-subjects.ts';
import { profileTable } from '../profile/profile-table.ts';
import { writeProfiles } from '../profile/write-profiles.ts';
import { wholeNumber } from '../whole-number.ts';
import { json, smoke } from './arguments.ts';
import { reported } from './reported.ts';

export const profile = defineCommand({
  meta: {
    name: 'profile',
    description: 'where the time of a training step goes, in stock tfjs and here, as flame charts',
  },
  args: {
    json,
    smoke,
    images: { type: 'boolean', description: 'of Glow instead of couplings of vectors, and here alone' },
    steps: { type: 'string', description: 'steps of training. Default: 200, of images 30' },
    models: { type: 'string', description: 'which of the models, by number. Default: 1,4, of images 1,2' },
    folder: { type: 'string', default: 'artifacts/profiles', description: 'where the .cpuprofile files go' },
  },
  run: reported(async ({ args }) => {
    const { images: ofImages = false, folder } = args;
    const { models = ofImages ? '1,2' : '1,4', steps = ofImages ? '30' : '200' } = args;
    const numbers = models.split(',').map((text) => wholeNumber(text, '--models'));
    const subjects = ofImages ? imageSubjects : vectorSubjects;
    const small = ofImages ? smokeSubjects.images : smokeSubjects.vectors;
    const chosen = args.smoke ? [small] : numbers.flatMap((number) => subjects[number - 1] ?? []);
    print(await writeProfiles(folder, chosen, wholeNumber(steps, '--steps')), args.json, profileTable);
  }),
});
