import { isDiffeoError } from '@diffeo/core';
import type { ArgsDef } from 'citty';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkArguments } from './check-arguments.ts';

const definition: ArgsDef = {
  data: { type: 'positional', required: true },
  steps: { type: 'string' },
  mode: { type: 'enum', options: ['fast', 'slow'] },
  count: { type: 'string', required: true },
  json: { type: 'boolean' },
};
const check = (line: string) => () => checkArguments(line.split(' '), definition, 'try');

describe('checkArguments', () => {
  it.each([
    'moons --count 3',
    'moons --count=3 --steps=5 --mode fast --json',
    '--count 3 moons --no-json',
    '--count -3 moons',
    '--count 3 -- --moons',
  ])('takes %s', (line) => {
    expect(check(line)).not.toThrow();
  });

  it.each([
    ['--count 3', 'DATA is missing'],
    ['moons', '--count is missing'],
    ['moons --count', '--count needs a value'],
    ['moons --count=', '--count needs a value'],
    ['moons --count --json', "--count needs a value; '--json' follows"],
    ['moons suns --count 3', "no place for the argument 'suns'"],
    ['moons --cuont 4', "there is no option --cuont; did you mean '--count'?"],
    ['moons --count 3 --no-jsn', "there is no option --no-jsn; did you mean '--no-json'?"],
    ['moons --count 3 --zebra 4', 'there is no option --zebra. See'],
    ['moons --count 3 --mode slwo', "--mode is one of fast, slow; got 'slwo'; did you mean 'slow'?"],
    ['moons --count 3 --Count 4', 'there is no option --Count'],
    ['moons --count 3 --no-steps', 'there is no option --no-steps'],
    ['moons --count 3 -s', 'there is no option -s'],
    ['moons --count 3 --json=no', '--json takes no value'],
    ['moons --count 3 --mode brisk', '--mode is one of fast, slow'],
  ])('refuses %s: %s', (line, message) => {
    expect(check(line)).toThrow(message);
  });

  it.each([
    ['moons --count 3 --count 4 --count=5', '--count is given 3 times: the last, 5, is taken'],
    ['moons --json --count 3 --no-json', '--no-json is given 2 times: the last, --no-json, is taken'],
  ])('says which of several is taken: %s', (line, said) => {
    expect(checkArguments(line.split(' '), definition, 'try')).toEqual([said]);
  });

  it('refuses an empty argument by its name', () => {
    expect(() => checkArguments(['', '--count', '3'], definition, 'try')).toThrow('DATA is empty');
  });

  it('takes no option that is not defined, whatever it is called', () => {
    const known = new Set([...Object.keys(definition), 'no-json']);
    const name = fc.stringMatching(/^[a-z_$][\w$.-]*$/).filter((text) => !known.has(text));
    fc.assert(
      fc.property(name, (text) => {
        try {
          checkArguments(['moons', '--count', '3', `--${text}`], definition, 'try');
        } catch (error) {
          return isDiffeoError(error) && error.code === 'USAGE' && error.message.includes(`--${text}`);
        }
        return false;
      }),
    );
  });
});
