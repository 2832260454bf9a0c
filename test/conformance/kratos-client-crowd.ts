import { describe, expect, test } from 'vitest';
import { KratosClient } from '../../src/kratos/client.ts';
import type { NewIdentity } from '../../src/model/identity.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { testClock } from '../wire/kratos-server.ts';
import { type ClientScene, NOBODY, walked } from './kratos-client-scene.ts';

const CROWD = 120;

function wanted(schemaId: string, traits: JsonObject): NewIdentity {
  return {
    schemaId,
    traits,
    state: undefined,
    metadataPublic: undefined,
    metadataAdmin: undefined,
    externalId: undefined,
  };
}

/** What comes together travels together where the server lets it, and nobody notices. */
export function crowdSuite(started: () => ClientScene): void {
  describe('a crowd', () => {
    test('is made, one identity for each that can be, with its own outcome for each', async () => {
      const scene = started();
      const before = new Set(await walked(scene.api, 250));
      const people: NewIdentity[] = Array.from({ length: CROWD }, (_, index) =>
        wanted('default', { email: `crowd-${index}-${scene.email}` }),
      );
      // One whose address is taken, and one that its schema refuses.
      people[40] = wanted('default', { email: scene.email });
      people[80] = wanted('note', { label: 80 });
      await using client = clientOf(scene);
      const { kratos, has } = await client.ready();
      const outcomes = await Promise.allSettled(
        people.map((person) => kratos.createIdentity(has, person, () => {})),
      );
      expect(outcomes[40]).toMatchObject({ reason: { code: 'conflict', outcome: 'none' } });
      expect(outcomes[80]).toMatchObject({ reason: { code: 'invalid', outcome: 'none', refusal: 'traits' } });
      const made = outcomes.flatMap((one, index) =>
        one.status === 'fulfilled' ? [[one.value.traits, people[index]?.traits]] : [],
      );
      expect(made).toHaveLength(CROWD - 2);
      expect(made.filter(([got, sent]) => JSON.stringify(got) !== JSON.stringify(sent))).toEqual([]);
      const after = await walked(scene.api, 250);
      expect(after.filter((id) => !before.has(id))).toHaveLength(CROWD - 2);
    });

    test('is read, each the one that was asked for, and who is missing is missing', async () => {
      const scene = started();
      const ids = (await walked(scene.api, 250)).slice(0, CROWD);
      await using client = clientOf(scene);
      const { kratos, has } = await client.ready();
      const asked = [...ids, NOBODY, 'not-a-uuid'];
      const outcomes = await Promise.allSettled(asked.map((id) => kratos.getIdentity(has, id)));
      const seen = outcomes.map((one) => (one.status === 'fulfilled' ? one.value.id : one.reason.code));
      expect(seen).toEqual([...ids, 'notFound', 'notFound']);
    });
  });
}

function clientOf({ target }: ClientScene) {
  const kratos = new KratosClient({ ...target, connections: 8, clock: testClock(), deadlineMs: 60_000 });
  return {
    ready: async () => ({ kratos, has: await kratos.probe() }),
    [Symbol.asyncDispose]: () => kratos.close(),
  };
}
