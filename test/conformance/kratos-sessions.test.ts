import { describe, expect, test } from 'vitest';
import { adminApi } from '../../src/kratos/admin-api.ts';
import { Connection } from '../../src/kratos/connection.ts';
import { Server } from '../../src/kratos/server.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { KratosVersion } from '../standin/kratos/version.ts';
import { testClock } from '../wire/kratos-server.ts';
import { ask } from './kratos-ask.ts';
import { created, person, start } from './kratos-started.ts';

const RELEASES: readonly KratosVersion[] = ['1.0', '1.3', '26.2'];
const NOBODY = 'ffffffff-0000-4000-8000-000000000001';
const START = Date.UTC(2030, 0, 1);
const DAY_MS = 86_400_000;

/** One identity with two sessions, the second a minute after the first. */
async function sessions(version: KratosVersion) {
  const time = { now: START };
  const kratos = await start(version, {
    clock: { now: () => time.now, monotonic: () => 0, after: () => () => {} },
  });
  const identity = await created(kratos, { ...person('ada@example.org'), metadata_admin: { a: 1 } });
  const id = identity.split('/').at(-1) ?? '';
  const [first, second] = [kratos.store.openSession(id, START), kratos.store.openSession(id, START + 60_000)];
  const get = async (path: string) => (await ask(kratos.adminUrl, 'GET', `/admin${path}`)).body as JsonObject;
  const ids = async (path: string) =>
    ((await get(path)) as unknown as JsonObject[]).map((session) => session.id);
  return { kratos, time, identity, first, second, get, ids };
}

describe('sessions on the admin port', () => {
  test('those of an identity come latest first, with devices and an identity without admin metadata', async () => {
    for (const version of RELEASES) {
      const { kratos, identity, first, second } = await sessions(version);
      const answer = await ask(kratos.adminUrl, 'GET', `${identity}/sessions`);
      expect(answer.headers['x-total-count']).toBe('2');
      const [latest, earlier] = answer.body as JsonObject[];
      expect([latest?.id, earlier?.id]).toEqual([second, first]);
      expect(latest).toMatchObject({
        active: true,
        issued_at: new Date(START + 60_000).toISOString(),
        expires_at: new Date(START + 60_000 + DAY_MS).toISOString(),
        authenticator_assurance_level: 'aal1',
        identity: { schema_url: '', traits: { email: 'ada@example.org' } },
        devices: [{ user_agent: null, location: '' }],
      });
      expect(latest?.identity).not.toHaveProperty('metadata_admin');
    }
  });

  test('everybody’s are walked by tokens, each session once', async () => {
    for (const version of RELEASES) {
      const { kratos, first, second } = await sessions(version);
      const walked: unknown[] = [];
      let path: string | undefined = '/admin/sessions?page_size=1';
      while (path !== undefined) {
        const answer = await ask(kratos.adminUrl, 'GET', path);
        walked.push(...(answer.body as JsonObject[]).map(({ id }) => id));
        path = /<([^>]+)>; rel="next"/.exec(answer.headers.link ?? '')?.[1];
      }
      expect(walked).toEqual(version === '1.0' ? [first, second].sort() : [second, first]);
    }
  });

  test('identity and devices are shown where they are asked for', async () => {
    const { first, get } = await sessions('26.2');
    expect(await get(`/sessions/${first}`)).toMatchObject({ identity: null, devices: [] });
    expect(await get(`/sessions/${first}?expand=Identity`)).toMatchObject({
      identity: { recovery_addresses: [{ value: 'ada@example.org' }] },
      devices: [],
    });
    const [listed] = (await get('/sessions?expand=identity')) as unknown as JsonObject[];
    expect(listed).toMatchObject({ devices: null });
    expect(listed?.identity).not.toHaveProperty('recovery_addresses');
  });

  test('a disabled session stays and is inactive, an extended one lasts a day from now', async () => {
    for (const version of RELEASES) {
      const { kratos, time, first, second, ids, get } = await sessions(version);
      const path = `/admin/sessions/${first}`;
      expect((await ask(kratos.adminUrl, 'DELETE', path)).status).toBe(204);
      expect((await ask(kratos.adminUrl, 'DELETE', path)).status).toBe(204);
      expect(await ids('/sessions?active=false')).toEqual([first]);
      expect(await ids('/sessions?active=1')).toEqual([second]);
      time.now = START + 3_600_000;
      const extended = await ask(kratos.adminUrl, 'PATCH', `/admin/sessions/${second}/extend`);
      const expires_at = new Date(time.now + DAY_MS).toISOString();
      expect(extended).toMatchObject({ status: 200, body: { id: second, expires_at } });
      const { identity } = extended.body as JsonObject;
      expect(identity === null).toBe(version === '1.0');
      time.now += DAY_MS + 1;
      expect(await get(`/sessions/${second}`)).toMatchObject({ active: false });
    }
  });

  test('the session of an inactive identity is inactive where the identity is looked at', async () => {
    const { kratos, identity, first, get } = await sessions('1.3');
    await ask(kratos.adminUrl, 'PATCH', identity, [{ op: 'replace', path: '/state', value: 'inactive' }]);
    expect(await get(`/sessions/${first}`)).toMatchObject({ active: true });
    expect(await get(`/sessions/${first}?expand=identity`)).toMatchObject({ active: false });
  });

  test('what is missing is 404, and what cannot be read 400', async () => {
    const { kratos, identity } = await sessions('26.2');
    const asked: readonly (readonly [string, string, number])[] = [
      ['GET', `/admin/sessions/${NOBODY}`, 404],
      ['DELETE', `/admin/sessions/${NOBODY}`, 404],
      ['PATCH', `/admin/sessions/${NOBODY}/extend`, 404],
      ['GET', '/admin/sessions/zzz', 400],
      ['DELETE', '/admin/sessions/zzz', 400],
      ['GET', '/admin/sessions?expand=zzz', 400],
      ['GET', '/admin/sessions?active=zzz', 400],
      ['GET', '/admin/sessions?page_size=zzz', 400],
      ['GET', '/admin/sessions?page_token=zzz', 400],
      ['GET', `${identity}/sessions?active=zzz`, 400],
    ];
    for (const [method, path, status] of asked) {
      expect([path, (await ask(kratos.adminUrl, method, path)).status]).toEqual([path, status]);
    }
  });

  test('v0.10 was not seen with a session: it is not made up', async () => {
    const { kratos, identity, first } = await sessions('0.10');
    expect((await ask(kratos.adminUrl, 'GET', `${identity}/sessions`)).status).toBe(501);
    expect((await ask(kratos.adminUrl, 'GET', `/admin/sessions/${first}`)).status).toBe(405);
    kratos.store.endSessions(identity.split('/').at(-1) ?? '');
    expect((await ask(kratos.adminUrl, 'GET', `${identity}/sessions`)).body).toEqual([]);
  });

  test('v0.10 leaves sessions to their users: the client says what it needs', async () => {
    const { kratos, first } = await sessions('0.10');
    const connection = new Connection({ adminUrl: kratos.adminUrl, connections: 1, clock: testClock() });
    const api = adminApi(new Server(connection));
    const said = { code: 'unsupported', outcome: 'none', needs: expect.stringContaining('v0.11 or later') };
    await expect(api.listSessions({ pageSize: 5 })).rejects.toMatchObject(said);
    await expect(api.getSession(first)).rejects.toMatchObject(said);
    await expect(api.disableSession(first)).rejects.toMatchObject(said);
    await connection.close();
  });
});
