import { describe, expect, it, test } from 'vitest';
import { type Asked, failureOf, isKratosOwn } from '../../src/kratos/errors.ts';
import type { RemoteError } from '../../src/model/errors.ts';
import { recorded, textOf, VERSIONS, type Version } from '../fixtures/kratos/recorded.ts';

const GET: Asked = { operation: 'GET identity', method: 'GET', about: 'one' };
const LIST: Asked = { operation: 'GET identities', method: 'GET' };
const POST: Asked = { operation: 'POST identity', method: 'POST' };
const PUT: Asked = { operation: 'PUT identity', method: 'PUT', about: 'one' };
const PATCH: Asked = { operation: 'PATCH identity', method: 'PATCH', about: 'one' };
const DELETE: Asked = { operation: 'DELETE sessions', method: 'DELETE', about: 'one' };
const MINT: Asked = { operation: 'POST recovery', method: 'POST', about: 'one' };

const NOW = Date.parse('2026-01-01T00:00:00Z');
const JSON_TYPE = { 'content-type': 'application/json' };
const HTML_TYPE = { 'content-type': 'text/html' };
const TEXT_TYPE = { 'content-type': 'text/plain; charset=utf-8' };

function recordedFailure(version: Version, name: string, asked: Asked): RemoteError {
  const answer = recorded(version, name);
  return failureOf(asked, { status: answer.status, headers: answer.headers, body: textOf(answer) }, NOW);
}

function failure(asked: Asked, status: number, headers: Record<string, string>, body: string): RemoteError {
  return failureOf(asked, { status, headers, body }, NOW);
}

function fault(code: number, message: string, reason = ''): string {
  return JSON.stringify({ error: { code, status: '', reason, message } });
}

describe('what every recorded version answers', () => {
  const modern = VERSIONS.filter((version) => version !== '0.5.5');

  test.each(VERSIONS)('%s: an identity that is not there is notFound', (version) => {
    expect(recordedFailure(version, 'get missing', GET)).toMatchObject({ code: 'notFound', outcome: 'none' });
    expect(recordedFailure(version, 'get malformed id', GET)).toMatchObject({ code: 'notFound' });
  });

  test.each(VERSIONS)('%s: a recovery link for an identity that is not there is notFound', (version) => {
    const error = recordedFailure(version, 'recovery link missing identity', MINT);
    expect(error).toMatchObject({ code: 'notFound', outcome: 'none' });
  });

  test.each(modern)('%s: a recovery code for an identity that is not there is notFound', (version) => {
    expect(recordedFailure(version, 'recovery code missing identity', MINT).code).toBe('notFound');
  });

  test.each(modern)('%s: an identity without sessions is notFound', (version) => {
    expect(recordedFailure(version, 'delete sessions of ada', DELETE).code).toBe('notFound');
  });

  test.each(VERSIONS)('%s: a duplicate identifier is a conflict that made nothing', (version) => {
    const error = recordedFailure(version, 'create ada again (duplicate identifier)', POST);
    expect(error).toMatchObject({ code: 'conflict', outcome: 'none', status: 409 });
  });

  test.each(modern)('%s: updates into a taken identifier are conflicts', (version) => {
    expect(recordedFailure(version, 'put conflict', PUT).code).toBe('conflict');
    expect(recordedFailure(version, 'patch conflict', PATCH).code).toBe('conflict');
  });

  test.each(VERSIONS)('%s: a schema it does not know is told from other refusals', (version) => {
    const error = recordedFailure(version, 'create unknown schema', POST);
    expect(error).toMatchObject({ code: 'invalid', refusal: 'schemaUnknown', outcome: 'none' });
  });

  test.each(VERSIONS)('%s: a field it does not know is told from other refusals', (version) => {
    const error = recordedFailure(version, 'create unknown field', POST);
    expect(error).toMatchObject({ code: 'invalid', refusal: 'fieldUnknown', outcome: 'none' });
  });

  test.each(VERSIONS)('%s: refused traits say where and which keyword', (version) => {
    const error = recordedFailure(version, 'create missing required trait', POST);
    expect(error).toMatchObject({ code: 'invalid', refusal: 'traits', outcome: 'none' });
    expect(error.violations).toMatchObject([{ pointer: '/traits', keyword: 'required' }]);
  });

  test.each(modern)('%s: a patch that cannot be applied is told from other refusals', (version) => {
    const error = recordedFailure(version, 'patch remove missing', PATCH);
    expect(error).toMatchObject({ code: 'invalid', refusal: 'patchNotApplied', outcome: 'none' });
  });

  test.each(modern)('%s: a bad state is a refusal of no special kind', (version) => {
    expect(recordedFailure(version, 'create bad state', POST)).toMatchObject({
      code: 'invalid',
      refusal: 'other',
    });
  });

  it('takes the 500 of v0.5 about an unknown field for the refusal it is', () => {
    const error = recordedFailure('0.5.5', 'put unknown field', PUT);
    expect(error).toMatchObject({ code: 'invalid', refusal: 'fieldUnknown', outcome: 'none', status: 500 });
  });

  it('takes the router of v0.5 at its word that a route does not exist', () => {
    expect(recordedFailure('0.5.5', 'patch test op', PATCH)).toMatchObject({
      code: 'unsupported',
      outcome: 'none',
    });
    expect(recordedFailure('0.5.5', 'recovery code', MINT).code).toBe('unsupported');
  });

  it('never follows what the public port redirects', () => {
    expect(recordedFailure('1.3.1', 'public port admin identities', LIST)).toMatchObject({
      code: 'unexpected',
      status: 307,
    });
  });
});

describe('what else may answer', () => {
  it('says methodDisabled when the administrator switched the endpoint off', () => {
    const reason =
      'This endpoint was disabled by system administrator. Please check your url or contact the system administrator to enable it.';
    const body = fault(404, 'The requested resource could not be found', reason);
    expect(failure(MINT, 404, JSON_TYPE, body)).toMatchObject({ code: 'methodDisabled', outcome: 'none' });
  });

  it.each([
    [
      'a message with the text',
      'Unable to serialize access due to a concurrent update in another session',
      '',
    ],
    [
      'a driver prefix',
      'pq: restart: Unable to serialize access due to a concurrent update in another session',
      '',
    ],
    ['a reason', 'bad request', 'Unable to serialize access due to a concurrent update in another session'],
  ])('recognises a concurrent update by %s', (_, message, reason) => {
    expect(failure(PATCH, 400, JSON_TYPE, fault(400, message, reason)).refusal).toBe('concurrentUpdate');
  });

  it.each([
    ['HTML', 404, HTML_TYPE, '<h1>Not Found</h1>'],
    ['plain text that is not the router', 404, TEXT_TYPE, 'default backend - 404'],
    ['JSON of another form', 404, JSON_TYPE, '{"code":404,"message":"Unable to locate the resource"}'],
    [
      "a gateway's error in the same form",
      404,
      JSON_TYPE,
      fault(404, 'Requested url does not match any rules'),
    ],
    ['the right words as HTML', 404, HTML_TYPE, fault(404, 'Unable to locate the resource')],
  ])('does not take a 404 for absence when it is %s', (_, status, headers, body) => {
    expect(failure(GET, status, headers, body).code).toBe('unexpected');
    expect(failure(PUT, status, headers, body)).toMatchObject({ code: 'unexpected', outcome: 'unknown' });
  });

  it('does not take a 404 about a whole collection for the absence of one thing', () => {
    expect(failure(LIST, 404, JSON_TYPE, fault(404, 'Unable to locate the resource')).code).toBe(
      'unexpected',
    );
  });

  it.each([400, 409, 422])('does not take a %d without the form of Kratos for a refusal', (status) => {
    expect(failure(POST, status, HTML_TYPE, '<html>')).toMatchObject({
      code: 'unexpected',
      outcome: 'unknown',
    });
  });

  it.each([401, 403])('takes %d for denial, whoever says it', (status) => {
    expect(failure(POST, status, HTML_TYPE, '<html>')).toMatchObject({ code: 'denied', outcome: 'none' });
  });

  it('says tooLarge for 413', () => {
    expect(failure(POST, 413, HTML_TYPE, '')).toMatchObject({ code: 'tooLarge', outcome: 'none' });
  });

  it.each([500, 502, 503, 504])('leaves a mutation unknown after %d, and a read not', (status) => {
    expect(failure(POST, status, HTML_TYPE, '')).toMatchObject({ code: 'unavailable', outcome: 'unknown' });
    expect(failure(GET, status, HTML_TYPE, '')).toMatchObject({ code: 'unavailable', outcome: 'none' });
  });

  it('knows that a 429 carried nothing out', () => {
    expect(failure(POST, 429, TEXT_TYPE, '')).toMatchObject({ code: 'unavailable', outcome: 'none' });
  });

  it.each([
    ['7', 7_000],
    ['Thu, 01 Jan 2026 00:01:30 GMT', 90_000],
  ])('heeds Retry-After: %s', (value, ms) => {
    expect(failure(GET, 503, { 'retry-after': value }, '').retryAfterMs).toBe(ms);
  });

  it('leaves a mutation unknown after a success that does not look like one', () => {
    expect(failure(POST, 200, HTML_TYPE, '<html>')).toMatchObject({ code: 'unexpected', outcome: 'unknown' });
  });

  it('carries no text of an answer in its message', () => {
    const error = recordedFailure('26.2.0', 'create invalid traits', POST);
    expect(error.message).toBe('POST identity: invalid (400)');
    expect(JSON.stringify(error.violations)).not.toContain('not an email');
  });

  it('counts as words of Kratos only what a gateway would not say', () => {
    expect(isKratosOwn(recordedFailure('1.3.1', 'get missing', GET))).toBe(true);
    expect(isKratosOwn(recordedFailure('1.3.1', 'create unknown schema', POST))).toBe(true);
    expect(isKratosOwn(failure(GET, 502, JSON_TYPE, fault(502, 'upstream')))).toBe(false);
    expect(isKratosOwn(failure(GET, 403, JSON_TYPE, fault(403, 'no')))).toBe(false);
    expect(isKratosOwn(failure(GET, 404, TEXT_TYPE, '404 page not found\n'))).toBe(false);
  });
});

describe('a route that an earlier release leaves to users', () => {
  const asked: Asked = { ...DELETE, since: 'Kratos v0.11 or later', leftTo: '/sessions/1' };

  test.each([
    ['http://127.0.0.1:4433/sessions/1', 'unsupported'],
    ['https://id.example/kratos/sessions/1?page_size=5', 'unsupported'],
    ['https://proxy.example/admin/sessions/1', 'unexpected'],
    ['https://proxy.example/login?rd=/sessions/1', 'unexpected'],
    ['/sessions/2', 'unexpected'],
    ['', 'unexpected'],
  ])('is told by a redirect to %j: %s', (location, code) => {
    expect(failure(asked, 307, { location }, '').code).toBe(code);
    expect(failure(asked, 302, { location }, '').code).toBe('unexpected');
    expect(failure(DELETE, 307, { location }, '').code).toBe('unexpected');
  });

  it('was not carried out, and says what it needs', () => {
    const error = failure(asked, 307, { location: 'http://x/sessions/1' }, '');
    expect(error).toMatchObject({ outcome: 'none', needs: 'Kratos v0.11 or later' });
  });
});
