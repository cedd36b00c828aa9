export { mpiAllReduce } from './lib/mpi-all-reduce.ts';
export { type MpiOptions, withMpi } from './lib/with-mpi.ts';
