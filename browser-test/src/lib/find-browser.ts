import { bundledBrowser } from './bundled-browser.ts';
import { launch } from './launch.ts';
import { type Candidate, usualBrowsers } from './usual-browsers.ts';

const advice =
  'These tests need Chromium, Chrome or Edge: install one (on Debian and Ubuntu: apt-get install chromium), or say where it is in the environment variable DIFFEO_CHROMIUM.';

/** Whether it starts: `null`, or in a line why not. */
const complaint = (candidate: Candidate): Promise<string | null> =>
  launch(candidate).then(
    async (browser) => {
      await browser.close();
      return null;
    },
    ({ message }: Error) => message.split('\n', 1)[0] ?? '',
  );

/** The first browser that starts: the one named by `DIFFEO_CHROMIUM` and no other, one that is installed, or the one of the registry. */
export async function findBrowser(): Promise<Candidate | { readonly failure: string }> {
  const said = process.env['DIFFEO_CHROMIUM'];
  if (said) {
    const candidate = { title: `DIFFEO_CHROMIUM (${said})`, launch: { executablePath: said } };
    const reason = await complaint(candidate);
    return reason === null ? candidate : { failure: `${candidate.title} does not start: ${reason}\n${advice}` };
  }
  const failures: string[] = [];
  const bundled = () =>
    bundledBrowser().catch(({ message }: Error) => {
      failures.push(`@sparticuz/chromium: ${message}`);
      return null;
    });
  for (const find of [...usualBrowsers(process.env), bundled]) {
    const candidate = typeof find === 'function' ? await find() : find;
    if (!candidate) continue;
    const reason = await complaint(candidate);
    if (reason === null) return candidate;
    failures.push(`${candidate.title}: ${reason}`);
  }
  return { failure: `no browser starts here.\n${failures.join('\n')}\n${advice}` };
}
