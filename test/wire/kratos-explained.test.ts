import { afterEach, describe, expect, it } from 'vitest';
import { isRemote } from '../../src/model/errors.ts';
import type { IdentityChange, NewIdentity } from '../../src/model/identity.ts';
import { htmlPage } from '../standin/kratos/faults.ts';
import { type KratosStandIn, startKratos } from '../standin/kratos/server.ts';
import { clientOf } from './kratos-server.ts';

const running: KratosStandIn[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((kratos) => kratos.stop()));
});

async function start(): Promise<KratosStandIn> {
  const kratos = await startKratos({ version: '26.2' });
  running.push(kratos);
  return kratos;
}

function wanted(email: string, schemaId?: string): NewIdentity {
  return {
    schemaId,
    traits: { email },
    state: undefined,
    metadataPublic: undefined,
    metadataAdmin: undefined,
    externalId: undefined,
  };
}

const BAD = wanted('no address', 'default');
const NOTHING_SAID = [['/traits/email', 'format', undefined]];
const EXPLAINED = [['/traits/email', 'format', 'must be an email']];

/** Pointer, keyword and expectation of what was refused. */
async function refusals(asking: Promise<unknown>) {
  const error = await asking.catch((thrown: unknown) => thrown);
  if (!isRemote(error, 'invalid')) throw error;
  return error.violations.map(({ pointer, keyword, expectation }) => [pointer, keyword, expectation]);
}

describe('a refusal of traits', () => {
  it('says what the schema asks for', async () => {
    const { adminUrl, publicUrl } = await start();
    await using client = clientOf(adminUrl, { publicUrl });
    const has = await client.kratos.probe();
    expect(await refusals(client.kratos.createIdentity(has, BAD, () => {}))).toEqual(EXPLAINED);
  });

  it('of an update does too', async () => {
    const { adminUrl, publicUrl } = await start();
    await using client = clientOf(adminUrl, { publicUrl });
    const has = await client.kratos.probe();
    const current = await client.kratos.createIdentity(has, wanted('ada@example.org', 'default'), () => {});
    const change: IdentityChange = {
      traits: [{ op: 'set', path: ['email'], value: 'no address' }],
      metadataPublic: [],
      metadataAdmin: [],
    };
    expect(await refusals(client.kratos.updateIdentity(has, current, change))).toEqual(EXPLAINED);
  });

  it('says so still when the schema cannot be read any more', async () => {
    const kratos = await start();
    await using client = clientOf(kratos.adminUrl, { publicUrl: kratos.publicUrl });
    const has = await client.kratos.probe();
    await refusals(client.kratos.createIdentity(has, BAD, () => {}));
    kratos.faults.inject({ port: 'public' }, htmlPage());
    expect(await refusals(client.kratos.createIdentity(has, BAD, () => {}))).toEqual(EXPLAINED);
  });

  it.each([
    ['without the public URL', undefined, BAD],
    ['where the server chooses the schema', 'known', wanted('no address')],
  ])('stays as it is %s', async (_, known, identity) => {
    const { adminUrl, publicUrl } = await start();
    await using client = clientOf(adminUrl, known === undefined ? {} : { publicUrl });
    const has = await client.kratos.probe();
    expect(await refusals(client.kratos.createIdentity(has, identity, () => {}))).toEqual(NOTHING_SAID);
  });
});
