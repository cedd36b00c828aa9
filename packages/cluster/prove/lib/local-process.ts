/** One machine without a server: plans the run and does it, from wherever an earlier process was killed. Root, folder, rows a shard, files. */
import { local } from '../../src/index.ts';
import { planned, scoreHandlers } from './score-setup.ts';

const [root = '', folder = '', rows = '', ...files] = process.argv.slice(2);
const engine = local({ root });
const handle = await engine.submit(await planned(root, files, folder, Number(rows)), { tries: 100 });
await engine.serve(scoreHandlers, { until: 'idle' });
const { done, jobs } = await handle.progress();
if (done < jobs) throw new Error(`${jobs - done} jobs failed: ${JSON.stringify(await handle.failures())}`);
await handle.forget();
