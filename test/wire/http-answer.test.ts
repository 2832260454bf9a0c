import { describe, expect, test } from 'vitest';
import { jsonBody, retryAfterMs } from '../../src/http/answer.ts';

describe('an answer', () => {
  const answer = (body: string, type?: string) => ({
    status: 200,
    headers: type === undefined ? {} : { 'content-type': type },
    body,
  });

  test('is JSON only when it says so and is', () => {
    expect(jsonBody(answer('{"a":1}', 'application/json'))).toEqual({ a: 1 });
    expect(jsonBody(answer('[]', 'Application/JSON; charset=utf-8'))).toEqual([]);
    expect(jsonBody(answer('{"a":1}', 'text/html'))).toBeUndefined();
    expect(jsonBody(answer('{"a":1}', 'application/jsonlines'))).toBeUndefined();
    expect(jsonBody(answer('{"a":1}'))).toBeUndefined();
    expect(jsonBody(answer('{"a":', 'application/json'))).toBeUndefined();
  });

  test.for([
    ['7', 7000],
    ['0', 0],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['86400', 600_000],
    ['soon', undefined],
    ['', undefined],
  ] as const)('with Retry-After %j asks for %j ms', ([value, ms]) => {
    expect(retryAfterMs({ 'retry-after': value }, Date.UTC(2026, 0, 1))).toBe(ms);
  });

  test('without Retry-After asks for nothing', () => {
    expect(retryAfterMs({}, 0)).toBeUndefined();
  });
});
