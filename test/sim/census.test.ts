import { describe, expect, test } from 'vitest';
import type { KratosIdentity } from '../../src/model/generated/kratosidentity.ts';
import type { Capabilities } from '../../src/model/identity.ts';
import { FINALIZER } from '../../src/model/resource.ts';
import { Census } from '../../src/reconcile/census.ts';
import type { Cache } from '../../src/reconcile/ports.ts';
import { SERVERS } from './kratos.ts';
import { KEY, PERSON, Scenario, THING } from './scenario.ts';

/** A cache that shows whatever it is told to. */
class ShownCache implements Cache {
  shown: KratosIdentity | undefined;
  get = () => this.shown;
  keys = () => [KEY];
  holders = () => [];
}

/** A process that has counted what there is: nothing. */
function counted(): Census {
  const census = new Census();
  census.counted([]);
  return census;
}

/** A process whose cache shows a resource that was born with our finalizer. */
function born(
  census: Census,
  has: Capabilities = SERVERS.externalIds,
  spec = PERSON,
): { s: Scenario; cache: ShownCache } {
  const cache = new ShownCache();
  const s = new Scenario(has, { cache, census });
  s.kube.born = [FINALIZER];
  cache.shown = s.apply(spec);
  return { s, cache };
}

describe('a resource that was born with our finalizer', () => {
  test.each(['externalIds', 'metadata'] as const)(
    'while we led is created at once on a server of kind %s',
    async (kind) => {
      const { s } = born(counted(), SERVERS[kind]);
      await s.operator.pass(KEY);
      expect({ log: s.effects.log, reads: s.kube.reads }).toEqual({ log: ['create', 'status'], reads: 0 });
    },
  );

  test('is read first where nothing was counted', async () => {
    const { s } = born(new Census());
    await s.operator.pass(KEY);
    expect({ log: s.effects.log, reads: s.kube.reads }).toEqual({ log: ['create', 'status'], reads: 1 });
  });

  test.each(['externalIds', 'metadata'] as const)(
    'is found by its marker, where an earlier process on a server of kind %s made it and died',
    async (kind) => {
      const { s, cache } = born(counted(), SERVERS[kind]);
      s.effects.next('create', 'dies after');
      await s.run();
      const census = new Census();
      census.counted([s.resource().metadata.uid]);
      s.restart({ cache, census });
      await s.clock.advance(20_000);
      await s.operator.pass(KEY);
      expect(s.effects.log).toEqual(['create', 'status']);
      expect(s.resource().status?.identityId).toBe(s.only().id);
    },
  );

  test('is made once, although the answer to the first creation is lost', async () => {
    const { s } = born(counted(), SERVERS.metadata, THING);
    s.effects.next('create', 'answer lost');
    await s.settle();
    expect(s.identities()).toHaveLength(1);
  });

  test('is made once, although its status is taken away afterwards', async () => {
    const { s, cache } = born(counted(), SERVERS.metadata, THING);
    await s.operator.pass(KEY);
    s.kube.edit(KEY, (resource) => ({ ...resource, status: { observedGeneration: -1 } }));
    cache.shown = s.resource();
    await s.clock.advance(20_000);
    await s.operator.pass(KEY);
    expect(s.identities()).toHaveLength(1);
  });

  test('is not made again while the cache still shows it after this process let it go', async () => {
    const { s, cache } = born(counted());
    // Nothing that an earlier process may have sent can come any more.
    await s.clock.advance(20_000);
    // What a watch that is behind shows next: somebody's label, from before the resource was deleted.
    s.kube.edit(KEY, (resource) => resource);
    const late = s.resource();
    // Its status write is refused for that label, and made again by the second pass.
    await s.operator.pass(KEY);
    await s.operator.pass(KEY);
    cache.shown = s.resource();
    await s.operator.pass(KEY);
    s.kube.delete(KEY);
    cache.shown = s.resource();
    await s.operator.pass(KEY);
    expect(s.exists()).toBe(false);
    cache.shown = late;
    await s.operator.pass(KEY).catch(() => {});
    expect(s.identities()).toEqual([]);
  });
});
