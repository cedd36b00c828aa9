/** A process that trains for a caller: it prints its port. */
import { serveTraining } from '../src/index.ts';

const { address, served } = await serveTraining({ secret: process.env['DIFFEO_TEST_SECRET'] ?? '' });
process.stdout.write(`${address.port}\n`);
await served;
process.exit();
