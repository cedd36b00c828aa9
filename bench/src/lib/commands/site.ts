import { defineCommand } from 'citty';
import { describeMachine } from '../machine.ts';
import { print } from '../print.ts';
import { say } from '../say.ts';
import { measureSite } from '../site/measure-site.ts';
import { siteTable } from '../site/site-table.ts';
import { wholeNumber } from '../whole-number.ts';
import { json, smoke } from './arguments.ts';
import { reported } from './reported.ts';

export const site = defineCommand({
  meta: {
    name: 'site',
    description: "bytes and times of the site's landing page in a browser, beside its flow in Node",
  },
  args: {
    json,
    smoke,
    rounds: { type: 'string', default: '5', description: 'visits, each in a profile of its own' },
  },
  run: reported(async ({ args }) => {
    const result = await measureSite(args.smoke ? 1 : wholeNumber(args.rounds, '--rounds'), {
      seconds: args.smoke ? 0.2 : 4,
    });
    say(`${describeMachine(result.machine)}, ${result.browser}`);
    print(result, args.json, siteTable);
  }),
});
