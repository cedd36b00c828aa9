/** A worker, which serves until it is killed: URL, root. */
import { postgres } from '../../src/index.ts';
import { scoreHandlers } from './score-setup.ts';

const [url = '', root = ''] = process.argv.slice(2);
const engine = postgres(url, { root, leaseSeconds: 10, pollSeconds: 0.2 });
process.stdout.write('begun\n');
await engine.serve(scoreHandlers);
