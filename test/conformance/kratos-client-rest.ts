import { describe, expect, test } from 'vitest';
import type { AdminApi } from '../../src/kratos/admin-api.ts';
import type { FlowKind } from '../../src/kratos/dialect.ts';
import { isObject, type JsonValue } from '../../src/model/json.ts';
import { ask } from './kratos-ask.ts';
import { type ClientScene, expectMissing, expectNeedsPublicUrl, NOBODY } from './kratos-client-scene.ts';

const FLOWS = ['login', 'registration', 'recovery', 'verification'] as const;

const getFlow = (api: AdminApi, kind: FlowKind, id: string) =>
  ({
    login: api.getSelfServiceLoginFlow,
    registration: api.getSelfServiceRegistrationFlow,
    recovery: api.getSelfServiceRecoveryFlow,
    settings: api.getSelfServiceSettingsFlow,
    verification: api.getSelfServiceVerificationFlow,
  })[kind](id);

/** Everything but identities themselves. */
export function restSuite(started: () => ClientScene): void {
  describe('recovery', () => {
    test('by a link, for so long', async () => {
      const scene = started();
      const { link, expiresAt } = await scene.api.createRecoveryLink({
        identity_id: scene.adaId,
        expires_in: '1h',
      });
      expect(link.reveal()).toContain('token=');
      expect(expiresAt).toBeGreaterThan(Date.now());
    });

    test('by a code', async () => {
      const scene = started();
      const minted = await scene.since(
        '0.11',
        scene.api.createRecoveryCode({ identity_id: scene.adaId, expires_in: '1h' }),
      );
      if (minted) expect(minted.code.reveal()).toMatch(/^\d+$/);
    });

    test('of nobody, or for a time that Go does not know', async () => {
      const scene = started();
      await expectMissing(scene.api.createRecoveryLink({ identity_id: NOBODY }));
      await scene.missing('0.11', scene.api.createRecoveryCode({ identity_id: NOBODY }));
      const days = scene.api.createRecoveryLink({ identity_id: scene.adaId, expires_in: '1d' });
      await expect(days).rejects.toMatchObject({ code: 'invalid', outcome: 'none' });
    });
  });

  describe('schemas', () => {
    test('are read by their id, and listed', async () => {
      const scene = started();
      expect(await scene.api.getSchema('note')).toMatchObject({ title: expect.any(String) });
      await expectMissing(scene.api.getSchema('absent'));
      const listed = await scene.since('0.8', scene.api.listSchemas());
      expect(listed?.items.map(({ id }) => id).toSorted()).toEqual(
        scene.has('0.8') ? ['default', 'note'] : undefined,
      );
    });

    test('are on the public port from v0.7 on, which has to be known', async () => {
      const scene = started();
      const reading = scene.stray.getSchema('note');
      if (scene.has('0.7')) await expectNeedsPublicUrl(reading);
      else expect(isObject(await reading)).toBe(true);
    });
  });

  describe('self-service', () => {
    test.each(FLOWS)('a %s flow is read; one that is none is not found', async (kind) => {
      const scene = started();
      const { body } = await ask(scene.target.publicUrl, 'GET', `/self-service/${kind}/api`);
      const id = idOf(body);
      expect(await getFlow(scene.api, kind, id)).toMatchObject({ id });
      await expectMissing(getFlow(scene.api, kind, NOBODY));
    });

    test('settings of nobody are not there, or not for us', async ({ skip }) => {
      const scene = started();
      skip(scene.isStandIn && scene.has('0.7'), 'the stand-in has no settings flows');
      const code = scene.has('0.7') ? 'denied' : 'notFound';
      await expect(scene.api.getSelfServiceSettingsFlow(NOBODY)).rejects.toMatchObject({
        code,
        outcome: 'none',
      });
    });

    test('needs the public port from v0.7 on', async () => {
      const scene = started();
      const reading = scene.stray.getSelfServiceLoginFlow(NOBODY);
      if (scene.has('0.7')) await expectNeedsPublicUrl(reading);
      else await expectMissing(reading);
    });

    test('an error that was shown is read', async () => {
      const scene = started();
      const stub = await scene.api.getSelfServiceError('stub:500');
      expect(JSON.stringify(stub)).toContain('500');
      await expectMissing(scene.api.getSelfServiceError(NOBODY));
    });
  });

  describe('sessions and messages', () => {
    test('of an identity that never logged in: none', async () => {
      const scene = started();
      const sessions = await scene.since('0.9', scene.api.listIdentitySessions(scene.adaId));
      expect(sessions?.items).toEqual(scene.has('0.9') ? [] : undefined);
      await scene.missing('0.8', scene.api.deleteIdentitySessions(scene.adaId));
    });

    test('one that is none is not found', async () => {
      const scene = started();
      await scene.missing('0.11', scene.api.getSession(NOBODY));
      await scene.missing('0.11', scene.api.disableSession(NOBODY));
      await scene.missing('0.10', scene.api.extendSession(NOBODY));
      await scene.since('0.11', scene.api.listSessions({ active: true }));
    });

    test('messages are listed, one that is none is not found', async ({ skip }) => {
      const scene = started();
      skip(scene.isStandIn && scene.has('0.11'), 'the stand-in has no messages');
      const messages = await scene.since('0.11', scene.api.listCourierMessages({ pageSize: 5 }));
      expect(messages?.items).toEqual(scene.has('0.11') ? [] : undefined);
      await scene.missing('0.11.1', scene.api.getCourierMessage(NOBODY));
    });
  });
}

function idOf(body: JsonValue): string {
  return isObject(body) && typeof body.id === 'string' ? body.id : '';
}
