import { deepEqual, equal, notEqual, ok } from 'node:assert/strict';
import type { KratosIdentity } from '../../../src/model/generated/kratosidentity.ts';
import { until } from '../../servers/wait.ts';
import { conditionOf, type Reported, type SecretObject } from '../namespace.ts';
import type { Scenario, Stage } from '../stage.ts';

/** Recovery links and codes, their whole life. */
export const recovery: Scenario = {
  name: 'recovery',
  async run(t) {
    await once(t);
    await bySecret(t);
    await expiry(t);
    await inTheWay(t);
    await takenBack(t);
    if (t.classic) await withoutCodes(t);
  },
};

/** `Auto`, to status: a code on modern servers, a link with a token on classic ones. */
async function once(t: Stage): Promise<void> {
  const { namespace } = t;
  const first = await t.check('asking once brings a link once', async () => {
    await create(t, 'auto', { requestId: 'one' });
    const resource = await issued(t, 'auto');
    const record = resource.status.recovery;
    equal(record?.requestId, 'one');
    equal(record?.method, t.classic ? 'Link' : 'Code');
    ok(record?.link?.startsWith('http'), 'a link in status');
    ok(Date.parse(record.expiresAt ?? '') > Date.now());
    if (t.classic) equal(await namespace.secret('auto-recovery'), undefined);
    await namespace.event('auto', 'RecoveryIssued');
    return record;
  });

  if (!t.classic) {
    await t.check('the code is in the Secret only', async () => {
      const secret = await secretOf(t, 'auto');
      deepEqual(Object.keys(secret.data ?? {}).sort(), ['code', 'link']);
      equal(decoded(secret, 'link'), first.link);
      ok(/^\d{6,}$/.test(t.canary(decoded(secret, 'code'))));
      equal(secret.type, 'kratos.ory.sh/recovery');
      const owner = secret.metadata.ownerReferences?.[0];
      equal(owner?.uid, (await namespace.get('auto'))?.metadata.uid);
      ok(owner?.blockOwnerDeletion !== true);
    });
  }

  await t.check('other changes mint no other', async () => {
    await namespace.patch('auto', { traits: { team: 'blue' } });
    await namespace.ready('auto');
    deepEqual((await issued(t, 'auto')).status.recovery, first);
  });

  await t.check('a new request does', async () => {
    await namespace.patch('auto', { recovery: { requestId: 'two' } });
    const resource = await namespace.when(
      'auto',
      'issued again',
      ({ status }) => status.recovery?.requestId === 'two',
    );
    notEqual(resource.status.recovery?.link, first.link);
    equal(conditionOf(resource, 'RecoveryReady')?.status, 'True');
  });

  await t.check('deleting the resource deletes its Secret', async () => {
    await namespace.delete('auto');
    await namespace.gone('auto');
    equal(await namespace.secret('auto-recovery'), undefined);
  });
}

async function bySecret(t: Stage): Promise<void> {
  await t.check('a link for the Secret is nowhere else', async () => {
    await create(t, 'quiet', { method: 'Link', output: 'Secret' });
    const resource = await issued(t, 'quiet');
    equal(resource.status.recovery?.link, undefined);
    equal(resource.status.recovery?.secretName, 'quiet-recovery');
    const secret = await secretOf(t, 'quiet');
    deepEqual(Object.keys(secret.data ?? {}), ['link']);
    const token = new URL(decoded(secret, 'link')).searchParams.get('token');
    ok(token !== null, 'a token in the link');
    t.canary(token);
  });
}

async function expiry(t: Stage): Promise<void> {
  const { namespace } = t;
  for (const [name, output] of [
    ['brief', 'Status'],
    ['brief-secret', 'Secret'],
  ] as const) {
    await t.check(`at its expiry the link is gone (${output})`, async () => {
      await create(t, name, { requestId: 'brief', expiresIn: '5s', method: 'Link', output });
      await issued(t, name);
      const resource = await namespace.when(
        name,
        'expired',
        ({ status }) => status.recovery?.state === 'Expired',
      );
      equal(resource.status.recovery?.link, undefined);
      equal(resource.status.recovery?.requestId, 'brief');
      equal(conditionOf(resource, 'RecoveryReady')?.reason, 'Expired');
      equal(conditionOf(resource, 'RecoveryReady')?.status, 'False');
      equal(conditionOf(resource, 'Ready')?.status, 'True');
      equal(await namespace.secret(`${name}-recovery`), undefined);
      await namespace.event(name, 'RecoveryExpired');
    });
  }
}

async function inTheWay(t: Stage): Promise<void> {
  const { namespace } = t;
  await t.check('a foreign Secret of the name is a SecretConflict, and is left alone', async () => {
    await namespace.createSecret('blocked-recovery', { mine: 'yes' });
    await create(t, 'blocked', { method: 'Link', output: 'Secret' });
    const resource = await namespace.when('blocked', 'SecretConflict', (one) => {
      return conditionOf(one, 'RecoveryReady')?.reason === 'SecretConflict';
    });
    equal(conditionOf(resource, 'Ready')?.status, 'True');
    deepEqual(Object.keys((await secretOf(t, 'blocked')).data ?? {}), ['mine']);
  });

  await t.check('once it is gone, the link comes', async () => {
    await namespace.deleteSecret('blocked-recovery');
    await issued(t, 'blocked');
    deepEqual(Object.keys((await secretOf(t, 'blocked')).data ?? {}), ['link']);
  });
}

async function takenBack(t: Stage): Promise<void> {
  const { namespace } = t;
  const wanted = { requestId: 'back', method: 'Link', output: 'Secret' };
  await t.check(
    'without spec.recovery the Secret goes, and what is left keeps the request from being served again',
    async () => {
      await create(t, 'back', wanted);
      await issued(t, 'back');
      await namespace.patch('back', { recovery: null });
      const resource = await namespace.when(
        'back',
        'without recovery',
        (one) => conditionOf(one, 'RecoveryReady') === undefined,
      );
      equal(await namespace.secret('back-recovery'), undefined);
      const { requestId, state, link } = resource.status.recovery ?? {};
      deepEqual([requestId, state, link], ['back', 'Expired', undefined]);
    },
  );

  await t.check('the same request given again mints nothing', async () => {
    await namespace.patch('back', { recovery: wanted });
    const resource = await namespace.when(
      'back',
      'Expired',
      (one) => conditionOf(one, 'RecoveryReady')?.reason === 'Expired',
    );
    equal(resource.status.recovery?.state, 'Expired');
    equal(await namespace.secret('back-recovery'), undefined);
  });
}

async function withoutCodes(t: Stage): Promise<void> {
  await t.check('a code on a Kratos without codes is MethodDisabled, and Ready stays True', async () => {
    await create(t, 'code', { method: 'Code' });
    const resource = await t.namespace.when('code', 'MethodDisabled', (one) => {
      return conditionOf(one, 'RecoveryReady')?.reason === 'MethodDisabled';
    });
    equal(conditionOf(resource, 'Ready')?.status, 'True');
  });
}

function create(t: Stage, name: string, wanted: object): Promise<KratosIdentity> {
  return t.namespace.create(name, {
    schemaId: 'default',
    traits: { email: t.email(name) },
    recovery: wanted,
  });
}

function issued(t: Stage, name: string): Promise<KratosIdentity & Reported> {
  return t.namespace.when(name, 'issued', (resource) => {
    return conditionOf(resource, 'RecoveryReady')?.reason === 'Issued';
  });
}

function secretOf(t: Stage, name: string): Promise<SecretObject> {
  return until(`the Secret of ${name}`, () => t.namespace.secret(`${name}-recovery`));
}

function decoded(secret: SecretObject, key: string): string {
  return Buffer.from(secret.data?.[key] ?? '', 'base64').toString();
}
