import { test as base, describe, expect } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { until } from '../servers/wait.ts';
import { leaksIn, MARK } from '../sim/canary.ts';
import { failWith, htmlPage, redirectTo } from '../standin/kratos/faults.ts';
import type { KratosVersion } from '../standin/kratos/version.ts';
import { WholeOperator } from './whole-operator.ts';

/* The rows of the fault matrix (../sim/fault-matrix.test.ts) that want the whole operator over sockets. */

const VERSIONS: readonly KratosVersion[] = ['0.5', '0.10', '1.0', '1.3', '26.2'];
/** Some wait until a late answer can be ruled out: together. */
const test = base.concurrent;

/** One of each kind: nothing of ours, markers, external ids. */
const KINDS: readonly KratosVersion[] = ['0.5', '1.3', '26.2'];
const CREATE = { method: 'POST', path: /\/identities$/ };

function personOf(name: string): JsonObject {
  return { schemaId: 'default', traits: { email: `${MARK}.${name}@example.org`, team: `${MARK} a` } };
}

/** Everything that others may read: all but Secrets, specs, and what status has by design. */
async function said(whole: WholeOperator): Promise<string> {
  const statuses = whole.resources().map(({ status, metadata }) => {
    const { verifiableAddresses: _v, recoveryAddresses: _r, recovery, ...rest } = status ?? {};
    const { link: _link, ...record } = recovery ?? {};
    return { rest, record, metadata };
  });
  const secrets = whole.kube.store.list('secrets').map(({ metadata }) => metadata);
  const others = [...whole.kube.store.list('events'), ...whole.kube.store.list('leases')];
  const paths = whole.kube.requests.all.map(({ path }) => path);
  return [...whole.log, await whole.metrics.text(), JSON.stringify([statuses, secrets, others, paths])].join(
    '\n',
  );
}

describe.each(VERSIONS)('on v%s', (version) => {
  test('a7: an older server is served by what it has, and sent nothing that it lacks', async () => {
    await using whole = await WholeOperator.start(version);
    await until('a probe', () => whole.log.some((line) => line.includes('Kratos is reachable')));
    whole.kratos.requests.reset();
    whole.apply('ada', personOf('ada'));
    const { status } = await whole.says('ada', 'Synced');
    expect(whole.kratos.store.identities().map(({ id }) => id)).toEqual([status?.identityId]);
    const [made, ...others] = whole.kratos.requests.all(CREATE);
    expect(others).toEqual([]);
    const body = JSON.parse(made?.body ?? '{}') as JsonObject;
    expect('external_id' in body).toBe(version === '26.2');
    expect('metadata_admin' in body).toBe(version !== '0.5');
    expect(whole.kratos.requests.all().filter(({ status: answer }) => answer === 400)).toEqual([]);
    await whole.delete('ada');
    expect(whole.kratos.store.identities()).toEqual([]);
  });
});

describe.each(KINDS)('on v%s', (version) => {
  test('e2: a create that is carried out and never answered makes one identity', async () => {
    await using whole = await WholeOperator.start(version);
    await until('a probe', () => whole.log.some((line) => line.includes('Kratos is reachable')));
    whole.kratos.faults.inject(CREATE, { kind: 'commitThenDestroy' });
    whole.apply('ada', personOf('ada'));
    await until('the create', () => whole.kratos.store.identities().length === 1);
    const [made] = whole.kratos.store.identities();
    // The author changes his mind, and the deletion finds what nobody was told of.
    await whole.delete('ada');
    expect(made?.id).toBeDefined();
    expect(whole.kratos.store.identities()).toEqual([]);
  }, 60_000);

  test('e2: an update and a deletion that are carried out and never answered are settled by a look', async () => {
    await using whole = await WholeOperator.start(version);
    whole.apply('ada', personOf('ada'));
    const { status } = await whole.says('ada', 'Synced');
    const one = { path: new RegExp(`/identities/${status?.identityId}$`) };
    whole.kratos.faults.inject(
      { ...one, method: version === '0.5' ? 'PUT' : 'PATCH' },
      { kind: 'commitThenDestroy' },
    );
    whole.apply('ada', { ...personOf('ada'), traits: { email: `${MARK}.b@example.org` } });
    await whole.says('ada', 'Synced');
    const [identity] = whole.kratos.store.identities();
    expect(identity?.traits).toMatchObject({
      email: expect.stringMatching(new RegExp(`^${MARK}\\.b@`, 'i')),
    });
    whole.kratos.faults.inject({ ...one, method: 'DELETE' }, { kind: 'commitThenDestroy' });
    await whole.delete('ada');
    expect(whole.kratos.store.identities()).toEqual([]);
    expect(whole.kratos.requests.all({ ...one, method: 'DELETE' })).toHaveLength(1);
  });

  test.each([401, 403])('e6: a %i is told as such, and nothing is made', async (code) => {
    await using whole = await WholeOperator.start(version);
    await until('a probe', () => whole.log.some((line) => line.includes('Kratos is reachable')));
    const undo = whole.kratos.faults.inject({}, failWith(code), 1_000);
    whole.apply('ada', personOf('ada'));
    await whole.says('ada', 'KratosDenied');
    expect(whole.kratos.store.identities()).toEqual([]);
    undo();
  });

  test('e4, i: neither a page, a redirect nor an unknown route is an absence', async () => {
    await using whole = await WholeOperator.start(version);
    whole.apply('ada', personOf('ada'));
    const { status } = await whole.says('ada', 'Synced');
    const elsewhere = redirectTo(`${whole.kratos.publicUrl}/elsewhere`);
    const text = { kind: 'answer', status: 404, body: '404 page not found\n' } as const;
    for (const fault of [htmlPage(404), htmlPage(200), elsewhere, text]) {
      const undo = whole.kratos.faults.inject({}, fault, 1_000);
      await whole.restart();
      await until('a refusal of the probe', () => whole.log.some((line) => line.includes('not reachable')));
      undo();
    }
    await until('a probe', () => whole.log.at(-1)?.includes('pass ended'));
    expect(whole.kratos.store.identities().map(({ id }) => id)).toEqual([status?.identityId]);
    expect(whole.kratos.requests.all({ path: /elsewhere/ })).toEqual([]);
    expect(whole.kratos.requests.all(CREATE).filter(({ status: answer }) => answer === 201)).toHaveLength(1);
  }, 60_000);

  test('h: no secret and no trait is in log, metrics, events, status or any path, whatever goes wrong', async () => {
    await using whole = await WholeOperator.start(version);
    const recovery = { requestId: 'one', output: 'Secret' };
    whole.apply('ada', { ...personOf('ada'), recovery });
    whole.apply('eve', { ...personOf('eve'), recovery: { requestId: 'two' } });
    await whole.says('ada', 'Synced');
    await whole.says('eve', 'Synced');
    await until('both links', () => whole.kratos.minted.length === 2);
    // A clash, refused traits, traits beyond the limits, and trouble whose answers quote what was sent.
    whole.apply('twin', personOf('ada'));
    whole.apply('bad', {
      schemaId: 'default',
      traits: { email: `${MARK} no address`, [MARK.toLowerCase()]: MARK },
    });
    whole.apply('limits', { traits: { a: { ['__proto__']: MARK }, b: 717_171_717e12 } });
    whole.apply('schemaless', { schemaId: 'nobody', traits: { note: MARK } });
    await whole.says('twin', 'Conflict');
    await whole.says('bad', 'InvalidTraits');
    await whole.says('limits', 'InvalidTraits');
    await whole.says('schemaless', 'SchemaNotFound');
    const quoting = JSON.stringify({ error: { code: 500, message: MARK, reason: `${MARK} {"email":"x"}` } });
    const trouble = {
      kind: 'answer',
      status: 500,
      headers: { 'content-type': 'application/json' },
      body: quoting,
    } as const;
    whole.kratos.faults.inject(CREATE, trouble);
    whole.apply('late', personOf('late'));
    await whole.says('late', 'Synced');
    for (const { link, code = link } of whole.kratos.minted) {
      const text = await said(whole);
      expect(text).not.toContain(link);
      expect(text).not.toContain(code);
    }
    expect(leaksIn(await said(whole))).toEqual([]);
    await Promise.all(
      ['ada', 'eve', 'twin', 'bad', 'limits', 'schemaless', 'late'].map((name) => whole.delete(name)),
    );
    expect(leaksIn(await said(whole))).toEqual([]);
    expect(whole.kratos.store.identities()).toEqual([]);
  }, 60_000);
});
