import { describe, expect, test } from 'vitest';
import { plan } from '../../src/model/plan.ts';
import type { Step } from '../../src/model/step.ts';
import type { World } from '../../src/model/world.ts';
import { CLASSIC, METADATA, NOW, on, resource, world } from './build.ts';

const step = (change: Partial<World>) => plan(world(change), NOW);

const FINALIZED = resource().finalized().value;
const PROTECTED = { kind: 'read', identifiers: ['ada@example.org'] } as const;
const UNPROTECTED = { kind: 'read', identifiers: [] } as const;
const NOT_FOUND = { kind: 'notFound', at: NOW.mono } as const;

type Row = [string, Partial<World>, Partial<Step> & Pick<Step, 'do'>];

describe('late answers', () => {
  const from = NOW.mono + 5_000;
  const late = { resource: FINALIZED, identity: NOT_FOUND, absenceCountsFrom: from, fenced: true } as const;
  const unknown = (generation: number) => ({ learned: { unknownCreate: { generation } } });

  test.each<Row>([
    [
      'an absence that does not count yet is waited for',
      { ...late, ...on(METADATA), protection: UNPROTECTED },
      {
        do: 'wait',
        verdict: { reason: 'Progressing', message: 'waiting until a late answer of Kratos can be ruled out' },
        requeue: { kind: 'after', ms: 2_000 },
      },
    ],
    [
      'no longer than needed',
      { ...late, absenceCountsFrom: NOW.mono + 700, ...on(METADATA), protection: UNPROTECTED },
      { do: 'wait', requeue: { kind: 'after', ms: 700 } },
    ],
    [
      'a search that began too early is made again',
      {
        ...late,
        identity: { kind: 'notFound', at: NOW.mono - 1 },
        absenceCountsFrom: NOW.mono,
        ...on(METADATA),
        protection: UNPROTECTED,
      },
      { do: 'searchIdentity' },
    ],
    [
      'a search that began in time is believed',
      { ...late, identity: NOT_FOUND, absenceCountsFrom: NOW.mono, ...on(METADATA), protection: UNPROTECTED },
      { do: 'createIdentity' },
    ],
    [
      'without a sign of life of Kratos one is asked for',
      { ...late, absenceCountsFrom: Infinity, ...on(METADATA), protection: UNPROTECTED },
      { do: 'askReady' },
    ],
    ['external ids: the unique key protects a repetition', late, { do: 'createIdentity' }],
    [
      'external ids: an id of the author’s own may be newer than what was sent',
      { ...late, resource: resource({ externalId: 'ada' }).finalized().value },
      { do: 'wait' },
    ],
    [
      'external ids: or not, where this generation was sent',
      { ...late, resource: resource({ externalId: 'ada' }).finalized().value, ...unknown(1) },
      { do: 'createIdentity' },
    ],
    [
      'marker: identifiers protect a repetition of the same',
      { ...late, ...on(METADATA), protection: PROTECTED, ...unknown(1) },
      { do: 'createIdentity' },
    ],
    [
      'marker: not of what was edited since',
      { ...late, ...on(METADATA), protection: PROTECTED, ...unknown(0) },
      { do: 'wait' },
    ],
    [
      'marker: not where nobody knows what was sent',
      { ...late, ...on(METADATA), protection: PROTECTED },
      { do: 'wait' },
    ],
    [
      'classic: identifiers protect nothing',
      { ...late, ...on(CLASSIC), protection: PROTECTED, ...unknown(1) },
      { do: 'wait' },
    ],
  ])('%s', (_name, change, expected) => {
    expect(step(change)).toMatchObject(expected);
  });
});
