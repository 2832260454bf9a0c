import { describe, expect, test } from 'vitest';
import { plan } from '../../src/model/plan.ts';
import type { Step } from '../../src/model/step.ts';
import type { World } from '../../src/model/world.ts';
import { identity, NOW, resource, world } from './build.ts';

const step = (change: Partial<World>) => plan(world(change), NOW);

const FINALIZED = resource().finalized().value;
const SYNCED = resource().synced().value;
const PROTECTED = { kind: 'read', identifiers: ['ada@example.org'] } as const;
const NOT_FOUND = { kind: 'notFound', at: NOW.mono } as const;
const CONFLICT = 'an identifier, address, external id or identity that this resource needs is not its own';

type Row = [string, Partial<World>, Partial<Step> & Pick<Step, 'do'>];

describe('a 409 that no look-up explains', () => {
  const conflict = {
    resource: FINALIZED,
    identity: NOT_FOUND,
    conflictToExplain: true,
    fenced: true,
    protection: PROTECTED,
  } as const;
  const counted = (count: number, generation = 1) => ({ learned: { conflicts: { generation, count } } });
  const again = {
    do: 'wait',
    verdict: { reason: 'Progressing', message: 'Kratos reported a conflict; trying once more' },
    requeue: { kind: 'after', ms: 2_000 },
  } as const;
  const stalled = { do: 'stall', verdict: { reason: 'Conflict', message: CONFLICT } } as const;
  const update = {
    resource: SYNCED,
    identity: { kind: 'known', identity: identity({ traits: {} }) },
    conflictToExplain: true,
  } as const;

  test.each<Row>([
    ['is tried once more, 1 to 3 s later', { ...conflict, ...counted(1) }, again],
    ['is Conflict the second time', { ...conflict, ...counted(2) }, stalled],
    ['is counted for one generation', { ...conflict, ...counted(2, 0) }, again],
    [
      'needs no second try where status says Conflict',
      { ...conflict, resource: resource().finalized().said('Conflict').value, ...counted(1) },
      stalled,
    ],
    [
      'does where status says it of an older generation',
      {
        ...conflict,
        resource: resource().finalized().said('Conflict').with({ generation: 2 }).value,
        ...counted(1, 2),
      },
      again,
    ],
    ['of an update is tried once more', { ...update, ...counted(1) }, again],
    ['of an update is Conflict the second time', { ...update, ...counted(2) }, stalled],
  ])('%s', (_name, change, expected) => {
    expect(step(change)).toEqual(expected);
  });
});

describe('a patch that Kratos cannot apply', () => {
  const held = { resource: SYNCED, identity: { kind: 'known', identity: identity({ traits: {} }) } } as const;
  const counted = (count: number, generation = 1) => ({ learned: { patchRefusals: { generation, count } } });

  test.each<Row>([
    [
      'once: the identity was read again, and it is sent again',
      { ...held, patchRefusals: 1 },
      { do: 'updateIdentity' },
    ],
    [
      'twice in a pass: once more with backoff',
      { ...held, patchRefusals: 2, ...counted(1) },
      {
        do: 'wait',
        verdict: { reason: 'Progressing', message: 'the identity changed while it was updated' },
        requeue: { kind: 'backoff' },
      },
    ],
    [
      'and then KratosRefused',
      { ...held, patchRefusals: 2, ...counted(2) },
      { do: 'stall', verdict: { reason: 'KratosRefused', message: 'Kratos cannot apply the change' } },
    ],
    ['counted for one generation', { ...held, patchRefusals: 2, ...counted(2, 0) }, { do: 'wait' }],
    [
      'is no matter once there is nothing to change',
      { ...held, identity: { kind: 'known', identity: identity() }, patchRefusals: 2, ...counted(2) },
      { do: 'settled' },
    ],
  ])('%s', (_name, change, expected) => {
    expect(step(change)).toMatchObject(expected);
  });
});
