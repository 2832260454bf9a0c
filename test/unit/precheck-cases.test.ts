import { describe, expect, it, test } from 'vitest';
import { schemaCompiler } from '../../src/kratos/precheck/precheck.ts';
import { CASES, type Case } from '../fixtures/precheck/cases.ts';

/* Every row was run through the validator that Kratos is built with; see the fixture for the versions. */

const compile = schemaCompiler();

function rows(server: Case['server']): [string, Case][] {
  return CASES.filter((row) => row.server === server).map((row) => [row.name, row]);
}

function where({ schema, traits }: Case) {
  const verdict = compile(schema)(traits);
  if (verdict.kind === 'unusable') return verdict;
  return verdict.objections.map(({ pointer, keyword }) => ({ pointer, keyword }));
}

describe('what Kratos accepts is not objected to', () => {
  test.each(rows('accepts'))('%s', (_, row) => {
    expect(where(row)).toEqual([]);
  });
});

describe('what Kratos refuses is objected to at the same places', () => {
  test.each(rows('refuses'))('%s', (_, row) => {
    expect(where(row)).toEqual(row.lenient ? [] : row.at);
  });
});

describe('what Kratos cannot use is said to be unusable', () => {
  test.each(rows('unusable'))('%s', (_, row) => {
    expect(where(row)).toEqual({ kind: 'unusable', why: expect.any(String) });
  });
});

it('says what could not be judged', () => {
  const tel = CASES.find(({ name }) => name === 'tel: too short');
  expect(tel && compile(tel.schema)(tel.traits)).toMatchObject({
    unchecked: ['the format tel to the last'],
  });
});
