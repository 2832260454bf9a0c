import { describe, expect, test } from 'vitest';
import { type ClientScene, count, NOBODY, walked } from './kratos-client-scene.ts';

/** Operations on many identities. */
export function listSuite(started: () => ClientScene): void {
  describe('identities', () => {
    test('are walked once each, whatever the size of the pages', async () => {
      const scene = started();
      for (let index = 0; index < 5; index += 1) {
        await scene.api.createIdentity({ schema_id: 'note', traits: { label: `walk-${index}` } });
      }
      const all = await walked(scene.api, 250);
      expect(new Set(all).size).toBe(all.length);
      expect(all).toContain(scene.adaId);
      for (const size of [1, 2, 3])
        expect((await walked(scene.api, size)).toSorted()).toEqual(all.toSorted());
    });

    test('come a page at a time', async () => {
      const scene = started();
      const page = await scene.api.listIdentities({ pageSize: 2 });
      expect(page.items).toHaveLength(2);
      expect(page.raw).toEqual(page.items.map(({ raw }) => raw));
      expect(page.nextPageToken === undefined).toBe(!scene.has('1.1'));
    });

    test('are found by their ids; unknown ones are left out', async () => {
      const scene = started();
      const found = await scene.since('1.1', scene.api.listIdentities({ ids: [scene.adaId, NOBODY] }));
      expect(found?.items.map(({ id }) => id)).toEqual(scene.has('1.1') ? [scene.adaId] : undefined);
    });

    test('are found by a login identifier', async () => {
      const scene = started();
      const found = await scene.since(
        '0.13',
        scene.api.listIdentities({ credentialsIdentifier: scene.email.toUpperCase() }),
      );
      expect(found?.items.map(({ id }) => id)).toEqual(scene.has('0.13') ? [scene.adaId] : undefined);
    });

    test('of an organization that is none are none', async () => {
      const scene = started();
      const found = await scene.since('25.4', scene.api.listIdentities({ organizationId: NOBODY }));
      expect(found?.items).toEqual(scene.has('25.4') ? [] : undefined);
    });

    test('show their credentials in lists when asked', async () => {
      const scene = started();
      const found = await scene.since('1.2', scene.api.listIdentities({ includeCredential: ['password'] }));
      const ada = found?.items.find(({ id }) => id === scene.adaId);
      expect(ada?.credentials?.password?.type).toBe(scene.has('1.2') ? 'password' : undefined);
    });

    test('by a filter with nothing in it are none, and nothing is asked', async () => {
      const scene = started();
      expect((await scene.api.listIdentities({ ids: [] })).items).toEqual([]);
      expect((await scene.api.listIdentities({ credentialsIdentifier: '' })).items).toEqual([]);
    });

    test('are made in a batch, each with its own outcome', async () => {
      const scene = started();
      const label = (text: string) => ({ schema_id: 'note', traits: { label: text } });
      const outcomes = await scene.since('0.13', scene.api.batchCreateIdentities([label('a'), label('b')]));
      if (outcomes === undefined) return;
      expect(outcomes.map(({ kind }) => kind)).toEqual(['created', 'created']);
      for (const outcome of outcomes) {
        const { id } = outcome as { readonly id: string };
        expect((await scene.api.getIdentity(id)).schemaId).toBe('note');
      }
    });

    test('that are refused in a batch are refused, by entry or as a whole', async () => {
      const scene = started();
      const batch = [
        { schema_id: 'note', traits: { label: 'fine' } },
        { schema_id: 'note', traits: { label: 1 } },
      ];
      const before = await count(scene.api);
      const creating = scene.api.batchCreateIdentities(batch);
      if (!scene.has('0.13')) return void (await scene.since('0.13', creating));
      if (!scene.has('1.3')) {
        await expect(creating).rejects.toMatchObject({ code: 'invalid', outcome: 'none' });
        expect(await count(scene.api)).toBe(before);
        return;
      }
      const [fine, refused] = await creating;
      expect(fine?.kind).toBe('created');
      expect(refused).toMatchObject({ kind: 'refused', error: { code: 'invalid', outcome: 'none' } });
    });
  });
}
