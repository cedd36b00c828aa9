/** `npm run docs`: builds the site and serves it. `-- --build` only builds it; `-- --edit` serves it as it is being written. */
import { parseArgs } from 'node:util';
import { buildSite } from './build-site.ts';
import { editSite } from './edit-site.ts';
import { serveSite } from './serve-site.ts';

const { values } = parseArgs({
  options: {
    build: { type: 'boolean', default: false },
    edit: { type: 'boolean', default: false },
    port: { type: 'string', default: '4321' },
  },
});
const port = Number(values.port);
if (!Number.isInteger(port) || port < 0 || port > 65535) {
  process.stderr.write(`--port takes a number from 0 to 65535, not '${values.port}'\n`);
  process.exit(1);
}

if (values.edit) {
  const { url } = await editSite(port);
  process.stderr.write(`editing at ${url}: a page changes as its file does\n`);
} else {
  await buildSite();
  process.stderr.write('built into apps/docs/dist\n');
  if (!values.build) {
    const { url } = await serveSite({ port });
    process.stdout.write(`${url}\n`);
  }
}
