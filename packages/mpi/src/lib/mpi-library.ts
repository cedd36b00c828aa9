import { DiffeoError } from '@diffeo/core';
import koffi, { type LibraryHandle } from 'koffi';
import { type Communicator, communicator, type MpiCalls } from './communicator.ts';

/** Open MPI, loaded. */
export interface MpiLibrary {
  /** Begins, and gives all processes that mpirun started. */
  init(): Communicator;
  finalize(): void;
}

/** What its library is called, by version 4 and later ones. */
const names = ['libmpi.so.40', 'libmpi.so', 'libmpi.dylib'];

/** Handles are addresses in Open MPI, where other MPIs have whole numbers. */
const prototypes = {
  init: 'int MPI_Init(void *argc, void *argv)',
  finalize: 'int MPI_Finalize()',
  rank: 'int MPI_Comm_rank(void *comm, void *rank)',
  size: 'int MPI_Comm_size(void *comm, void *size)',
  split: 'int MPI_Comm_split(void *comm, int color, int key, void *made)',
  allGather: 'int MPI_Allgather(void *from, int n, void *type, void *to, int m, void *kind, void *comm)',
  exchange:
    'int MPI_Alltoallv(void *from, void *n, void *at, void *type, void *to, void *m, void *place, void *kind, void *comm)',
  gather: 'int MPI_Allgatherv(void *from, int n, void *type, void *to, void *m, void *place, void *kind, void *comm)',
  barrier: 'int MPI_Ibarrier(void *comm, void *request)',
  test: 'int MPI_Test(void *request, void *flag, void *status)',
} as const;

function loaded(library: string | undefined): LibraryHandle {
  const tried = library === undefined ? names : [library];
  let reason = '';
  for (const name of tried) {
    try {
      // Its plug-ins look for its own functions among those of all libraries.
      return koffi.load(name, { global: true });
    } catch (cause) {
      reason = (cause as Error).message.trim().replaceAll(/\s*\n\s*/g, ' ');
    }
  }
  throw new DiffeoError(
    'CONFIG',
    `Open MPI is not here (${tried.join(', ')}: ${reason}): install it (on Debian: apt-get install openmpi-bin), or say where its library is, by library`,
  );
}

/** @throws DiffeoError `CONFIG` where there is none, or another MPI. */
export function mpiLibrary(library?: string): MpiLibrary {
  const lib = loaded(library);
  let calls: MpiCalls;
  try {
    const call = (prototype: string) => {
      const native = lib.func(prototype);
      return (...args: readonly unknown[]): void => {
        const code = native(...args) as number;
        if (code !== 0) throw new DiffeoError('WORKER', `${prototype.slice(4).split('(')[0]} failed with ${code}`);
      };
    };
    const functions = Object.fromEntries(Object.entries(prototypes).map(([name, text]) => [name, call(text)]));
    const [world, float, byte] = ['comm_world', 'float', 'byte'].map((name) => lib.symbol(`ompi_mpi_${name}`));
    calls = { ...(functions as Record<keyof typeof prototypes, ReturnType<typeof call>>), world, float, byte };
  } catch (cause) {
    throw new DiffeoError('CONFIG', `the library of MPI is none of Open MPI: ${(cause as Error).message}`, { cause });
  }
  return {
    init: () => {
      calls.init(null, null);
      return communicator(calls, calls.world);
    },
    finalize: () => calls.finalize(),
  };
}
