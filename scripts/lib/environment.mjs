import { delimiter } from 'node:path';

// What npm puts into the environment of its scripts is npm's business with itself, except how to reach the registry and
// where packages are cached. The rest (prefix, loglevel, json, workspaces, …) would change what pnpm and npm below do.
const keptSettings =
  /^npm_config_(registry|proxy|https?_proxy|noproxy|ca|cafile|cert|key|strict_ssl|userconfig|globalconfig|cache|store_dir|@.*|\/\/.*)$/i;

/**
 * The environment for the programs started here: the caller's, without what npm adds, with the toolchain first on the
 * PATH, and with telemetry off.
 *
 * @param {NodeJS.ProcessEnv} env the caller's
 * @param {string[]} binFolders
 * @returns {NodeJS.ProcessEnv}
 */
export function childEnvironment(env, binFolders = []) {
  const kept = Object.entries(env).filter(
    ([key, value]) => key !== 'INIT_CWD' && (!/^npm_/i.test(key) || (keptSettings.test(key) && value !== '')),
  );
  const pathKey = kept.find(([key]) => /^path$/i.test(key))?.[0] ?? 'PATH';
  const path = [...binFolders, env[pathKey]].filter(Boolean).join(delimiter);
  return { ...Object.fromEntries(kept), [pathKey]: path, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' };
}

/**
 * The folder the caller stands in. npm runs scripts in the repository's root and leaves the caller's folder in INIT_CWD;
 * an INIT_CWD from an npm further out, running some other script, says nothing.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {string} script the npm script that leads here
 * @param {string} cwd where this process runs
 */
export function callerFolder(env, script, cwd) {
  return (env['npm_lifecycle_event'] === script && env['INIT_CWD']) || cwd;
}
