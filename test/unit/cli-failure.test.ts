import { describe, expect, it } from 'vitest';
import { type Circumstances, failureOf } from '../../src/cli/failure.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
import { RemoteError, type RemoteErrorDetail } from '../../src/model/errors.ts';
import { Sensitive } from '../../src/model/sensitive.ts';

const CALM: Circumstances = { subject: 'identity 1', advice: undefined, interrupted: false };

function failure(detail: Partial<RemoteErrorDetail> & Pick<RemoteErrorDetail, 'code'>, circumstances = CALM) {
  return failureOf(new RemoteError('GET identity', { outcome: 'none', ...detail }), circumstances);
}

describe('what failed', () => {
  it.each<[RemoteErrorDetail['code'], number]>([
    ['notFound', 3],
    ['conflict', 4],
    ['unavailable', 5],
    ['aborted', 130],
    ['invalid', 1],
    ['denied', 1],
    ['methodDisabled', 1],
    ['unsupported', 1],
    ['expired', 1],
    ['tooLarge', 1],
    ['unexpected', 1],
  ])('%s exits %i', (code, exit) => {
    expect(failure({ code }).code).toBe(exit);
  });

  it.each<[string, Partial<RemoteErrorDetail> & Pick<RemoteErrorDetail, 'code'>, string]>([
    ['what there is none of', { code: 'notFound', status: 404 }, 'Kratos has no identity 1 (404)'],
    ['no status that says nothing', { code: 'notFound', status: 200 }, 'Kratos has no identity 1'],
    [
      'a refused connection',
      { code: 'unavailable', trouble: 'ECONNREFUSED' },
      'unavailable: connection refused (ECONNREFUSED): is --kratos-admin-url right, and is Kratos up?',
    ],
    [
      'a certificate for another name',
      { code: 'unavailable', trouble: 'ERR_TLS_CERT_ALTNAME_INVALID' },
      'unavailable: TLS (ERR_TLS_CERT_ALTNAME_INVALID): is --kratos-ca-file the CA of Kratos, and --kratos-admin-url a name in its certificate?',
    ],
    [
      'a certificate of an unknown CA',
      { code: 'unavailable', trouble: 'SELF_SIGNED_CERT_IN_CHAIN' },
      'unavailable: TLS (SELF_SIGNED_CERT_IN_CHAIN): is --kratos-ca-file the CA of Kratos, and --kratos-admin-url a name in its certificate?',
    ],
    [
      'a trouble nobody foresaw',
      { code: 'unavailable', trouble: 'EODD' },
      'unavailable: no answer (EODD): is --kratos-admin-url right, and is Kratos up?',
    ],
    [
      'what is needed',
      { code: 'unsupported', needs: 'Kratos v9 or later (flying)' },
      'this Kratos cannot do that: it needs Kratos v9 or later (flying)',
    ],
    [
      'whose cookie is needed',
      { code: 'denied', status: 403, needs: 'the cookie of a browser' },
      'denied (403): it needs the cookie of a browser',
    ],
    ['an end', { code: 'expired', status: 410 }, 'the identity 1 has ended (410)'],
    [
      'an answer that is too large',
      { code: 'tooLarge', status: 200 },
      'the answer is too large: ask for fewer with --page-size',
    ],
    [
      'a field that is not known',
      { code: 'invalid', status: 400, refusal: 'fieldUnknown' },
      'this Kratos does not know a field of what was sent: see capabilities (400)',
    ],
  ])('tells %s', (_, detail, sentence) => {
    expect(failure(detail).lines).toEqual([`error: ${sentence}`]);
  });

  it('repeats the words of the server, with what a terminal would act on spelled out', () => {
    const { lines } = failure({ code: 'conflict', status: 409, words: new Sensitive('no \u001b[2J\nnever') });
    expect(lines.slice(1)).toEqual(['Kratos says: no \\x1b[2J\\x0anever']);
  });

  it('says nothing for the server where it had no words', () => {
    expect(failure({ code: 'conflict', words: new Sensitive('') }).lines).toHaveLength(1);
  });

  it('tells each violation on a line: where, what is asked for, and the words', () => {
    const advice = { expectation: (pointer: string) => (pointer === '/traits/a' ? 'must be x' : undefined) };
    const { lines } = failure(
      {
        code: 'invalid',
        status: 400,
        refusal: 'traits',
        words: new Sensitive('everything again'),
        violations: [
          { pointer: '/traits/a', keyword: 'const', message: new Sensitive('value must be "x"') },
          { pointer: '/traits/\u001b', keyword: 'type', message: new Sensitive('expected \u0007') },
        ],
      },
      { ...CALM, advice },
    );
    expect(lines).toEqual([
      'error: Kratos refuses the traits (400)',
      '  /traits/a (const): must be x: value must be "x"',
      '  /traits/\\x1b (type): expected \\x07',
    ]);
  });

  it('warns where a change may have been carried out, or names what was made', () => {
    expect(failure({ code: 'unavailable', outcome: 'unknown' }).lines.at(-1)).toBe(
      'it may have been carried out: look before you repeat it',
    );
    expect(failure({ code: 'tooLarge', outcome: 'unknown', madeId: '7' }).lines.at(-1)).toBe(
      '7 was made, although the answer could not be read in whole',
    );
  });

  it('is an interruption when the person interrupted, and keeps the warning', () => {
    const circumstances = { ...CALM, interrupted: true };
    expect(failure({ code: 'unavailable', outcome: 'unknown' }, circumstances)).toEqual({
      code: 130,
      lines: ['error: interrupted', 'it may have been carried out: look before you repeat it'],
    });
    expect(failureOf(new UsageError('x cannot be read'), circumstances).code).toBe(130);
  });

  it('is the usage where that is wrong, and anything else by its message', () => {
    expect(failureOf(new UsageError('one', 'two'), CALM)).toEqual({
      code: 2,
      lines: ['error: one', 'error: two'],
    });
    expect(failureOf(new Error('a \u001b b'), CALM)).toEqual({ code: 1, lines: ['error: a \\x1b b'] });
  });
});
