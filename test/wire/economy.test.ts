import { describe, expect, test } from 'vitest';
import { readyCondition } from '../../src/model/resource.ts';
import { until } from '../servers/wait.ts';
import type { KratosVersion } from '../standin/kratos/version.ts';
import { WholeOperator } from './whole-operator.ts';

/* What travels together, counted in requests over sockets; ../sim/economy.test.ts counts what one resource costs. */

const COUNT = 600;
/** What one request for many takes along at most. */
const TOGETHER = 100;

async function settled(whole: WholeOperator): Promise<void> {
  await until(
    'everything in step',
    () => whole.resources().every((resource) => readyCondition(resource)?.reason === 'Synced'),
    100,
  );
}

function passesOf(whole: WholeOperator): number {
  return whole.log.filter((line) => line.includes('"pass ended"')).length;
}

function asked(whole: WholeOperator) {
  const sent = (method: string, path: RegExp) => whole.kratos.requests.all({ method, path });
  const about = (method: string, path: RegExp) => sent(method, path).length;
  // Probes make nothing and name nobody.
  const making = (method: string) => sent(method, /\/identities$/).filter(({ body }) => body.includes('@'));
  return {
    creates: making('POST').length,
    batches: making('PATCH').length,
    lists: about('GET', /\/identities\?.*ids=[0-9a-f]{8}-/),
    reads: about('GET', /\/identities\/[0-9a-f]{8}-/),
    walks: about('GET', /\/identities\?page_size/),
  };
}

test('what is there when the operator starts costs three writes, and no word of a Kratos that was not asked yet', async () => {
  const count = 100;
  await using whole = await WholeOperator.start('26.2', (before) => {
    for (let index = 0; index < count; index += 1)
      before.apply(`p${index}`, { schemaId: 'default', traits: { email: `p${index}@example.org` } });
  });
  await settled(whole);
  const writes = whole.kube.requests.matching({ method: 'PATCH', path: /kratosidentities/ });
  expect(writes).toHaveLength(2 * count);
  expect(whole.kratos.store.identities()).toHaveLength(count);
});

describe.each<KratosVersion>(['1.3', '26.2'])('on v%s', (version) => {
  test('what is made and looked at at once travels together, and a restart writes nothing', async () => {
    await using whole = await WholeOperator.start(version);
    await until('a probe', () => whole.log.some((line) => line.includes('Kratos is reachable')));
    whole.kratos.requests.reset();
    for (let index = 0; index < COUNT; index += 1)
      whole.apply(`p${index}`, { schemaId: 'default', traits: { email: `p${index}@example.org` } });
    await settled(whole);
    const making = asked(whole);
    expect(whole.kratos.store.identities()).toHaveLength(COUNT);
    // A batch is read in one list; of several in the same moment the first goes alone.
    expect(making.lists + making.reads).toBeLessThanOrEqual(2 * (making.batches + making.creates));
    const writes = whole.kube.requests.matching({ method: 'PATCH', path: /kratosidentities/ });
    expect(writes).toHaveLength(2 * COUNT);
    const gets = whole.kube.requests.matching({ method: 'GET', path: /kratosidentities\/p/ });
    expect(gets).toEqual([]);

    await whole.restart();
    whole.log.length = 0;
    whole.kratos.requests.reset();
    whole.kube.requests.clear();
    await until('a pass over each', () => passesOf(whole) >= COUNT, 100);
    const looking = asked(whole);
    expect(looking).toMatchObject({ creates: 0, batches: 0, walks: 0 });
    // The first goes alone, and what comes while lists are under way is gathered.
    expect(looking.lists + looking.reads).toBeLessThanOrEqual(2 * (COUNT / TOGETHER) + 2);
    expect(whole.kube.requests.matching({ method: 'PATCH', path: /kratosidentities/ })).toEqual([]);
    expect(whole.kratos.requests.all({ method: 'PUT' })).toEqual([]);
    expect(passesOf(whole)).toBe(COUNT);
  }, 120_000);
});
