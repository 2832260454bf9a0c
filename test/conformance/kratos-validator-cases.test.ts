import { describe, expect, test } from 'vitest';
import { violationsOf } from '../../src/kratos/refusal.ts';
import { CASES, type Case } from '../fixtures/precheck/cases.ts';
import { NotDone, Refused } from '../standin/kratos/answer.ts';
import { compiledSchema } from '../standin/kratos/compiled.ts';
import { judgeTraits } from '../standin/kratos/traits.ts';
import { dialects, type KratosVersion } from '../standin/kratos/version.ts';

/* The verdicts are those of the validator that Kratos is built with; see the fixture. */

/** The releases of the stand-in among those that were asked, the newest last. */
const ASKED: Readonly<Record<string, readonly KratosVersion[]>> = {
  // Definitions that all of these rows share have a mark of v1.1.
  none: ['1.3', '26.2'],
  all: ['0.5', '0.10', '1.0', '1.3', '26.2'],
  'v0.9 and later': ['0.10', '1.0', '1.3', '26.2'],
  'v0.9 to v1.0': ['0.10', '1.0'],
  'v1.1 and later': ['1.3', '26.2'],
  'v1.3 and later': ['1.3', '26.2'],
  'v25.4 and later': ['26.2'],
};

function askedOf({ versions = 'none' }: Case): readonly KratosVersion[] {
  const asked = ASKED[versions];
  if (asked === undefined) throw new Error(`no release of the stand-in is one of ${versions}`);
  return asked;
}

type Verdict =
  | { readonly says: 'accepts' | 'unusable' }
  | { readonly says: 'refuses'; readonly at: Case['at'] }
  | { readonly says: 'not done'; readonly reason: string };

function verdictOf({ schema, traits }: Case, version: KratosVersion): Verdict {
  try {
    const { failure } = judgeTraits(compiledSchema(schema, dialects[version]), traits, dialects[version]);
    if (failure === undefined) return { says: 'accepts' };
    const violations = violationsOf({ reason: failure, message: '' });
    return { says: 'refuses', at: violations.map(({ pointer, keyword }) => ({ pointer, keyword })) };
  } catch (error) {
    if (error instanceof Refused && error.detail.code === 500) return { says: 'unusable' };
    if (error instanceof NotDone) return { says: 'not done', reason: reasonOf(error) };
    throw error;
  }
}

/** What is not done, without the place in the schema that it names. */
function reasonOf(error: NotDone): string {
  const { notDone } = JSON.parse(error.answer.body) as { readonly notDone: string };
  expect(notDone).toMatch(/ at #\//);
  return notDone.replace(/ at #\/.*/s, '');
}

function rows(server: Case['server']): [string, Case][] {
  return CASES.filter((row) => row.server === server).map((row) => [row.name, row]);
}

function verdictsOf(row: Case): Verdict[] {
  return askedOf(row).map((version) => verdictOf(row, version));
}

/** The expected verdict, or none. */
function orNotDone(verdict: Verdict, expected: object): void {
  if (verdict.says !== 'not done') expect(verdict).toEqual(expected);
}

describe('what Kratos accepts is accepted', () => {
  test.each(rows('accepts'))('%s', (_, row) => {
    const verdicts = verdictsOf(row);
    for (const verdict of verdicts) {
      if (row.versions === undefined) orNotDone(verdict, { says: 'accepts' });
    }
    // Where releases differ, one of them accepts.
    const favourable = verdicts.filter(({ says }) => says === 'accepts' || says === 'not done');
    expect(favourable).not.toEqual([]);
  });
});

describe('what Kratos refuses is refused for the same reasons', () => {
  test.each(rows('refuses'))('%s', (_, row) => {
    const verdicts = verdictsOf(row);
    for (const verdict of verdicts) orNotDone(verdict, { says: 'refuses', at: expect.any(Array) });
    const newest = verdicts.at(-1);
    if (newest !== undefined) orNotDone(newest, { says: 'refuses', at: row.at });
  });
});

describe('what Kratos cannot use cannot be used', () => {
  test.each(rows('unusable'))('%s', (_, row) => {
    for (const verdict of verdictsOf(row)) orNotDone(verdict, { says: 'unusable' });
  });
});

test('what is not done is this and no more', () => {
  const undone: Record<string, string[]> = {};
  for (const row of CASES) {
    for (const reason of new Set(verdictsOf(row).flatMap((v) => (v.says === 'not done' ? [v.reason] : [])))) {
      undone[reason] = [...(undone[reason] ?? []), row.name];
    }
  }
  expect(undone).toEqual({
    'a $ref by name or to another document': ['an $id within'],
    // Without a country of its own, libphonenumber alone knows which numbers there are.
    'phone numbers to the last': [
      'recovery by sms: a good one',
      'code by sms: a good one',
      'code by sms: too short',
      'code by sms: a number',
    ],
    'the format tel to the last': [
      'tel: usual',
      'tel: a wide plus',
      'tel: a country alone',
      'tel: a plus alone',
      'tel: too short',
      'tel: no country',
      'leniency does not turn over under not',
      'leniency does not turn over under oneOf',
      'leniency does not turn over under if',
      'leniency does not turn over under contains',
      'oneOf: one that fits beyond doubt of ours',
    ],
    // Releases of Go differ on the rest.
    'the format date-time to the last': [
      'date-time: an offset of more than a day',
      'date-time: a comma before the fraction',
    ],
    'the format ipv6 to the last': ['ipv6: leading zeros', 'ipv6: a leading zero in IPv4'],
    'the format regex to the last': [
      'pattern: a name for a class of characters that Go 1.25 brought',
      'pattern: the same name for two groups',
    ],
    'the format uri to the last': ['uri: two colons in the host'],
  });
});
