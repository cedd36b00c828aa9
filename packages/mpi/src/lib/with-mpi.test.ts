import { expect, test } from 'vitest';
import { mpiAllReduce, withMpi } from '../index.ts';

const lead = () => expect.fail('it leads');

test('where Open MPI is not installed, one line says what to do', async () => {
  await expect(withMpi(lead, { library: '/nowhere/libmpi.so.40' })).rejects.toMatchObject({
    code: 'CONFIG',
    message: expect.stringMatching(
      /^Open MPI is not here \([^\n]*\/nowhere\/libmpi\.so\.40[^\n]*\): install it [^\n]*$/,
    ),
  });
});

test('a library that is no Open MPI is refused', async () => {
  // A library that every program of this system has loaded.
  const other = process.platform === 'darwin' ? 'libSystem.dylib' : 'libc.so.6';
  await expect(withMpi(lead, { library: other })).rejects.toMatchObject({
    code: 'CONFIG',
    message: expect.stringMatching(/is none of Open MPI/),
  });
});

test('options that it does not have are refused', async () => {
  await expect(withMpi(lead, { libary: 'x' } as object)).rejects.toMatchObject({ code: 'CONFIG' });
});

test('a process that is none of its workers does not add up with them', () => {
  const notes = { on: () => () => undefined, post: () => undefined };
  expect(() => mpiAllReduce.join(null, { index: 0, count: 2, length: 3, notes })).toThrow(/none of withMpi/);
});
