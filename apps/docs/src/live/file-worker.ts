/** Runs an example as it stands in its file: bundled, so that only what it uses is fetched. */
import { serveRun } from './serve-run.ts';

const files = import.meta.glob('../examples/*.js');

serveRun(
  ({ name }) => files[`../examples/${name}.js`]?.() ?? Promise.reject(new Error(`there is no example '${name}'`)),
);
