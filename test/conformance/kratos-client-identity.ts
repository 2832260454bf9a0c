import { describe, expect, test } from 'vitest';
import { isRemote } from '../../src/model/errors.ts';
import { type ClientScene, count, expectMissing, NOBODY } from './kratos-client-scene.ts';

/** Operations on one identity. */
export function identitySuite(started: () => ClientScene): void {
  describe('an identity', () => {
    test('is read as it was made', async () => {
      const scene = started();
      const read = await scene.api.getIdentity(scene.adaId);
      expect(read).toMatchObject({ id: scene.adaId, schemaId: 'default', traits: { email: scene.email } });
      expect(read.schemaUrl).toContain('/schemas/');
      expect(read.verifiableAddresses).toEqual([
        { value: scene.email, via: 'email', verified: false, status: 'pending' },
      ]);
      expect(read.recoveryAddresses).toEqual([{ value: scene.email, via: 'email' }]);
      expect(read.state).toBe(scene.has('0.7') ? 'active' : undefined);
      expect(read.metadataPublic).toBe(scene.has('0.10') ? null : undefined);
      expect(read.raw).toMatchObject({ id: scene.adaId, schema_id: 'default' });
    });

    test('of nobody is not found, and neither is what is no UUID', async () => {
      const scene = started();
      await expectMissing(scene.api.getIdentity(NOBODY));
      await expectMissing(scene.api.getIdentity('not-a-uuid'));
      await expectMissing(scene.api.updateIdentity(NOBODY, { traits: { email: 'x@example.org' } }));
      await expectMissing(scene.api.deleteIdentity(NOBODY));
    });

    test('whose identifier is taken is a conflict, and nothing is made', async () => {
      const scene = started();
      const before = await count(scene.api);
      const creating = scene.api.createIdentity({ schema_id: 'default', traits: { email: scene.email } });
      await expect(creating).rejects.toMatchObject({ code: 'conflict', outcome: 'none', status: 409 });
      expect(await count(scene.api)).toBe(before);
    });

    test('that the schema refuses says where, by which keyword and in whose words', async () => {
      const scene = started();
      const creating = scene.api.createIdentity({
        schema_id: 'default',
        traits: { email: 'no address', x: 1 },
      });
      const error = await creating.catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'invalid', outcome: 'none', refusal: 'traits', status: 400 });
      if (!isRemote(error)) throw error;
      expect(error.violations.map(({ pointer, keyword }) => `${pointer} ${keyword}`)).toEqual([
        '/traits additionalProperties',
        '/traits/email format',
      ]);
      expect(error.violations[1]?.message.reveal()).toContain('no address');
      expect(`${error.message} ${JSON.stringify(error)}`).not.toContain('no address');
    });

    test('of a schema that is not configured is told apart', async () => {
      const scene = started();
      const creating = scene.api.createIdentity({ schema_id: 'absent', traits: {} });
      await expect(creating).rejects.toMatchObject({ code: 'invalid', refusal: 'schemaUnknown' });
    });

    test('with a field that no release knows is told apart', async () => {
      const scene = started();
      const body = { traits: { email: 'x@example.org' }, nonsense: 1 };
      await expect(scene.api.createIdentity(body)).rejects.toMatchObject({
        code: 'invalid',
        refusal: 'fieldUnknown',
      });
    });

    test('is replaced by an update', async () => {
      const scene = started();
      const updated = await scene.api.updateIdentity(scene.adaId, {
        traits: { email: scene.email, team: 'x' },
      });
      expect(updated.traits).toEqual({ email: scene.email, team: 'x' });
      expect((await scene.api.getIdentity(scene.adaId)).traits).toEqual({ email: scene.email, team: 'x' });
    });

    test('is patched', async () => {
      const scene = started();
      const patching = scene.api.patchIdentity(scene.adaId, [
        { op: 'replace', path: '/traits/team', value: 'y' },
      ]);
      const patched = await scene.since('0.11', patching);
      expect(patched?.traits).toEqual(scene.has('0.11') ? { email: scene.email, team: 'y' } : undefined);
    });

    test('has an external id where the scene.server keeps it, and is refused one that would be dropped', async () => {
      const scene = started();
      const externalId = `e-${scene.adaId}`;
      await scene.since(
        '25.4',
        scene.api.patchIdentity(scene.adaId, [{ op: 'add', path: '/external_id', value: externalId }]),
      );
      await scene.missing('25.4', scene.api.getIdentityByExternalId('of-nobody'));
      if (!scene.has('25.4')) return;
      expect(await scene.api.getIdentityByExternalId(externalId)).toMatchObject({
        id: scene.adaId,
        externalId,
      });
    });

    test('shows its credentials when asked', async () => {
      const scene = started();
      const shown = await scene.since(
        '0.8',
        scene.api.getIdentity(scene.adaId, { includeCredential: ['oidc'] }),
      );
      expect(shown?.credentials?.password?.type).toBe(scene.has('0.8') ? 'password' : undefined);
    });

    test('has no second factor that could be taken away', async () => {
      const scene = started();
      await scene.missing('0.13', scene.api.deleteIdentityCredential(scene.adaId, 'totp'));
    });

    test('is gone once it was deleted', async () => {
      const scene = started();
      const { id } = await scene.api.createIdentity({ schema_id: 'note', traits: { label: 'short-lived' } });
      await scene.api.deleteIdentity(id);
      await expectMissing(scene.api.getIdentity(id));
      await expectMissing(scene.api.deleteIdentity(id));
    });
  });
}
