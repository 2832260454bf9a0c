import { describe, expect, it, test } from 'vitest';
import type { End } from '../../src/model/step.ts';
import type { World } from '../../src/model/world.ts';
import {
  bareIdentity,
  CLASSIC,
  identity,
  marked,
  NOW_TEXT,
  OWNER_KEY,
  on,
  resource,
  THEN_TEXT,
} from './build.ts';
import { known, SETTLED, spoken, stall, status, wait } from './status-support.ts';

describe('the conditions', () => {
  test.each<[string, End, string[]]>([
    ['settled', SETTLED, ['Ready True Synced']],
    ...(['Progressing', 'KratosDenied', 'Deleting'] as const).map((reason): [string, End, string[]] => [
      reason,
      wait(reason),
      [`Ready False ${reason}`, `Reconciling True ${reason}`],
    ]),
    [
      'KratosUnavailable',
      wait('KratosUnavailable'),
      ['Ready Unknown KratosUnavailable', 'Reconciling True KratosUnavailable'],
    ],
    ...(
      [
        'InvalidTraits',
        'InvalidMetadata',
        'SchemaNotFound',
        'Conflict',
        'Unsupported',
        'KratosRefused',
      ] as const
    ).map((reason): [string, End, string[]] => [
      reason,
      stall(reason),
      [`Ready False ${reason}`, `Stalled True ${reason}`],
    ]),
    [
      'a deletion that cannot go on',
      stall('Deleting'),
      ['Ready False Deleting', 'Reconciling True Deleting'],
    ],
  ])('%s', (_name, end, conditions) => {
    expect(spoken(status({}, end))).toEqual(conditions);
  });

  it('carry the message, the generation and the time', () => {
    const after = status({ resource: resource().with({ generation: 7 }).value }, stall('Conflict'));
    expect(after.observedGeneration).toBe(7);
    expect(after.conditions).toEqual([
      {
        type: 'Ready',
        status: 'False',
        reason: 'Conflict',
        message: 'm',
        observedGeneration: 7,
        lastTransitionTime: NOW_TEXT,
      },
      {
        type: 'Stalled',
        status: 'True',
        reason: 'Conflict',
        message: 'm',
        observedGeneration: 7,
        lastTransitionTime: NOW_TEXT,
      },
    ]);
  });

  test.each<[string, End, string]>([
    ['stays while the status does, whatever the reason', stall('InvalidTraits'), THEN_TEXT],
    ['moves with the status', SETTLED, NOW_TEXT],
    ['moves to Unknown', wait('KratosUnavailable'), NOW_TEXT],
  ])('their time %s', (_name, end, time) => {
    const before = resource().finalized().said('Conflict').value;
    expect(status({ resource: before, ...known() }, end).conditions?.[0]?.lastTransitionTime).toBe(time);
  });

  it('of an old kind go: Stalled and Reconciling only while True', () => {
    const first = resource().finalized().value;
    const stalled = { ...first, status: status({ resource: first }, stall('Conflict')) };
    expect(spoken(status({ resource: stalled, ...known() }))).toEqual(['Ready True Synced']);
  });
});

describe('what Kratos holds', () => {
  it('is shown when the identity is ours', () => {
    const held = identity({
      state: 'inactive',
      verifiableAddresses: [{ value: 'b@x', via: 'email', verified: true, status: 'completed' }],
      recoveryAddresses: [{ value: 'b@x', via: 'email' }],
      ...marked({ traits: ['/email', '/old'], public: ['/p'], admin: ['/a'] }),
    });
    expect(status({ ...known(held), resource: resource().finalized().value })).toEqual({
      observedGeneration: 1,
      identityId: 'id-1',
      externalId: OWNER_KEY,
      schemaId: 'person',
      state: 'inactive',
      verifiableAddresses: [{ value: 'b@x', via: 'email', verified: true, status: 'completed' }],
      recoveryAddresses: [{ value: 'b@x', via: 'email' }],
      ownedTraits: ['/email', '/old'],
      ownedMetadataPublic: ['/p'],
      ownedMetadataAdmin: ['/a'],
      conditions: [expect.objectContaining({ type: 'Ready', reason: 'Synced' })],
    });
  });

  it('has its addresses in one order, whatever Kratos’', () => {
    const addresses = ['c', 'a', 'b'].map((value) => ({ value, via: 'email' }));
    const after = status(known(identity({ recoveryAddresses: [...addresses, { value: '+1', via: 'sms' }] })));
    expect(after.recoveryAddresses?.map(({ value }) => value)).toEqual(['a', 'b', 'c', '+1']);
  });

  const lost = {
    resource: resource()
      .synced()
      .withStatus({ schemaId: 'person', externalId: 'x', state: 'active', ownedTraits: ['/email'] }).value,
  };

  it('stays as it was where the identity is another’s: a Conflict clears no id', () => {
    const after = status(
      { ...lost, ...known(identity({ id: 'id-1', schemaId: 'z', ...marked({ uid: 'uid-9' }) })) },
      stall('Conflict'),
    );
    expect(after).toMatchObject({
      identityId: 'id-1',
      schemaId: 'person',
      externalId: 'x',
      state: 'active',
      ownedTraits: ['/email'],
    });
  });

  it('stays as it was where nothing was read', () => {
    expect(status(lost, wait('KratosUnavailable'))).toMatchObject({
      identityId: 'id-1',
      schemaId: 'person',
      ownedTraits: ['/email'],
    });
  });

  it('does not name a stranger’s identity', () => {
    const found = { kind: 'found', identity: identity({ metadataAdmin: null }), recorded: false } as const;
    const after = status({ identity: found }, stall('Conflict'));
    expect(after).not.toHaveProperty('identityId');
    expect(after).not.toHaveProperty('schemaId');
  });

  it('goes with a vanished identity', () => {
    const after = status({ ...lost, learned: { identityId: null } }, wait('Progressing'));
    expect(after).not.toHaveProperty('identityId');
    expect(after).not.toHaveProperty('schemaId');
    expect(after).toHaveProperty('ownedTraits');
  });

  it('is known from memory before status has it', () => {
    expect(status({ learned: { identityId: 'id-2' } }, wait('KratosUnavailable')).identityId).toBe('id-2');
  });

  it('without a marker: owned is what is declared, once it is in step', () => {
    const held = { ...on(CLASSIC), ...known(bareIdentity()) };
    expect(status(held).ownedTraits).toEqual(['/email']);
    expect(status(held, wait('KratosUnavailable'))).not.toHaveProperty('ownedTraits');
    const union = {
      ...held,
      resource: resource()
        .synced()
        .withStatus({ ownedTraits: ['/email', '/old'] }).value,
    };
    expect(status(union, wait('KratosUnavailable')).ownedTraits).toEqual(['/email', '/old']);
    expect(status(union).ownedTraits).toEqual(['/email']);
  });
});

describe('inactive is said only after the sessions were ended', () => {
  const inactive = known(identity({ state: 'inactive' }));
  const said = (state: 'active' | 'inactive') => ({
    resource: resource().synced().withStatus({ state }).value,
  });

  test.each<[string, Partial<World>, End, string | undefined]>([
    ['not yet ended', { ...inactive, ...said('active') }, wait('KratosUnavailable'), 'active'],
    ['not yet ended, never said anything', inactive, wait('KratosUnavailable'), undefined],
    [
      'ended',
      { ...inactive, ...said('active'), learned: { sessionsEnded: true } },
      wait('KratosUnavailable'),
      'inactive',
    ],
    ['created so by us', { ...inactive, learned: { created: true } }, wait('KratosUnavailable'), 'inactive'],
    ['in step', { ...inactive, ...said('active') }, SETTLED, 'inactive'],
    ['said before', { ...inactive, ...said('inactive') }, wait('KratosUnavailable'), 'inactive'],
    ['active needs nothing', { ...known(), ...said('inactive') }, wait('KratosUnavailable'), 'active'],
    ['a server without state', known(bareIdentity()), SETTLED, undefined],
  ])('%s', (_name, change, end, state) => {
    expect(status(change, end).state).toBe(state);
  });
});

describe('the record of a create', () => {
  const pendingCreate = { digest: 'x', notThese: ['id-7'] };
  const pending = { ...on(CLASSIC), resource: resource().finalized().withStatus({ pendingCreate }).value };

  test.each<[string, Partial<World>, End, boolean]>([
    ['stands while nothing is known', {}, wait('Progressing'), true],
    ['stands through an outage', {}, wait('KratosUnavailable'), true],
    ['goes when the id is known', { learned: { identityId: 'id-1' } }, wait('KratosUnavailable'), false],
    [
      'goes when ours is found',
      { identity: { kind: 'found', identity: bareIdentity(), recorded: true } },
      SETTLED,
      false,
    ],
    ['goes on a definite refusal', { createRefused: true }, stall('InvalidTraits'), false],
    [
      'stands when a stranger is found',
      { identity: { kind: 'found', identity: bareIdentity(), recorded: false } },
      stall('Conflict'),
      true,
    ],
  ])('%s', (_name, change, end, stands) => {
    const after = status({ ...pending, ...change }, end);
    expect(after.pendingCreate).toEqual(stands ? pendingCreate : undefined);
  });
});
