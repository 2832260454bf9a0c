import { describe, expect, it, test } from 'vitest';
import { RemoteError, type RemoteErrorDetail } from '../../src/model/errors.ts';
import { contradictsProbe } from '../../src/model/failure.ts';
import { plan } from '../../src/model/plan.ts';
import { Sensitive } from '../../src/model/sensitive.ts';
import type { World } from '../../src/model/world.ts';
import { NOW, resource, world } from './build.ts';

const failed = (detail: Partial<RemoteErrorDetail>) =>
  new RemoteError('POST identity', { code: 'unavailable', outcome: 'none', ...detail });
const step = (detail: Partial<RemoteErrorDetail>, change: Partial<World> = {}) =>
  plan(world({ failure: failed(detail), ...change }), NOW);

const message = new Sensitive('"x" is not what it should be');
const violations = [
  { pointer: '/traits/email', keyword: 'format', message },
  { pointer: '/traits', keyword: 'required', message },
  { pointer: '/traits/email', keyword: 'format', message },
];

const explained = [
  { pointer: '/traits/team', keyword: 'type', message },
  { pointer: '/traits', keyword: 'required', message, expectation: 'email is missing' },
];

describe('a definite refusal of this spec stalls', () => {
  test.each<[Partial<RemoteErrorDetail>, string, string]>([
    [
      { code: 'invalid', refusal: 'traits', violations },
      'InvalidTraits',
      'Kratos refuses the traits: /traits (required), /traits/email (format)',
    ],
    [
      { code: 'invalid', refusal: 'traits', violations: explained },
      'InvalidTraits',
      'Kratos refuses the traits: /traits (required: email is missing), /traits/team (type)',
    ],
    [{ code: 'invalid', refusal: 'traits' }, 'InvalidTraits', 'Kratos refuses the traits'],
    [
      { code: 'invalid', refusal: 'schemaUnknown', status: 400 },
      'SchemaNotFound',
      'Kratos has no identity schema of the id in spec.schemaId',
    ],
    [{ code: 'invalid', refusal: 'other', status: 422 }, 'KratosRefused', 'Kratos refused the request (422)'],
    [{ code: 'invalid', status: 400 }, 'KratosRefused', 'Kratos refused the request (400)'],
    [{ code: 'methodDisabled' }, 'KratosRefused', 'Kratos refused the request (methodDisabled)'],
    [{ code: 'tooLarge', status: 413 }, 'KratosRefused', 'Kratos refused the request (413)'],
    [{ code: 'conflict', status: 409 }, 'KratosRefused', 'Kratos refused the request (409)'],
  ])('%j', (detail, reason, message) => {
    expect(step(detail)).toEqual({ do: 'stall', verdict: { reason, message } });
  });

  it('names at most ten violations, whatever their order', () => {
    const many = Array.from({ length: 15 }, (_, index) => ({
      pointer: `/traits/k${index + 10}`,
      keyword: 'type',
      message,
    }));
    const said = step({ code: 'invalid', refusal: 'traits', violations: many });
    expect(said).toEqual(step({ code: 'invalid', refusal: 'traits', violations: many.toReversed() }));
    expect(JSON.stringify(said).match(/\(type\)/g)).toHaveLength(10);
  });

  it('only waits where the resource is being deleted', () => {
    expect(step({ code: 'invalid' }, { resource: resource().deleting().value })).toEqual({
      do: 'wait',
      verdict: { reason: 'Deleting', message: 'Kratos refused the request' },
      requeue: { kind: 'backoff' },
    });
  });
});

describe('trouble of Kratos is tried again', () => {
  test.each<[Partial<RemoteErrorDetail>, string]>([
    [{ code: 'unavailable', status: 503 }, 'KratosUnavailable'],
    [{ code: 'unavailable', outcome: 'unknown' }, 'KratosUnavailable'],
    [{ code: 'unexpected', status: 200 }, 'KratosUnavailable'],
    [{ code: 'unsupported', status: 404 }, 'KratosUnavailable'],
    [{ code: 'tooLarge' }, 'KratosUnavailable'],
    [{ code: 'denied', status: 403 }, 'KratosDenied'],
    [{ code: 'invalid', refusal: 'concurrentUpdate' }, 'KratosUnavailable'],
    [{ code: 'invalid', refusal: 'fieldUnknown' }, 'KratosUnavailable'],
    [{ code: 'invalid', refusal: 'patchNotApplied' }, 'KratosUnavailable'],
  ])('%j, with the key’s own backoff', (detail, reason) => {
    expect(step(detail)).toMatchObject({ do: 'wait', verdict: { reason }, requeue: { kind: 'backoff' } });
  });

  test.each([
    ['put off at first', NOW.mono - 29_999, { do: 'postpone', requeue: { kind: 'backoff' } }],
    ['told after 30 s', NOW.mono - 30_000, { do: 'wait', verdict: { reason: 'KratosUnavailable' } }],
    ['put off the first time', undefined, { do: 'postpone' }],
  ])('and by a settled resource %s', (_name, troubledSince, expected) => {
    const learned = troubledSince === undefined ? {} : { troubledSince };
    expect(step({}, { resource: resource().synced().value, learned })).toMatchObject(expected);
  });

  it('with everybody else where it closed the gate', () => {
    const kratos = { open: false, cause: 'unavailable', forMs: 0 } as const;
    expect(step({}, { kratos })).toMatchObject({ do: 'wait', requeue: { kind: 'gate' } });
  });
});

describe('an answer that contradicts the probe', () => {
  test.each<[Partial<RemoteErrorDetail>, boolean]>([
    [{ code: 'unsupported' }, true],
    [{ code: 'invalid', refusal: 'fieldUnknown' }, true],
    [{ code: 'invalid', refusal: 'traits' }, false],
    [{ code: 'notFound' }, false],
    [{ code: 'unavailable' }, false],
  ])('%j: %s', (detail, contradicts) => {
    expect(contradictsProbe(failed(detail))).toBe(contradicts);
  });
});
