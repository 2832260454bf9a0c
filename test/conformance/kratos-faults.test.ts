import { describe, expect, test } from 'vitest';
import { failWith, htmlPage, redirectTo } from '../standin/kratos/faults.ts';
import { ask } from './kratos-ask.ts';
import { created, note, person, start } from './kratos-started.ts';

describe('the stand-in in trouble', () => {
  test('an injected answer comes in place of the handling, as often as asked and only where it matches', async () => {
    const kratos = await start('1.3');
    kratos.faults.inject({ method: 'POST', path: /identities$/ }, failWith(503, { 'retry-after': '7' }), 2);
    const statuses: number[] = [];
    for (const method of ['POST', 'GET', 'POST', 'POST']) {
      const body = method === 'POST' ? note('n') : undefined;
      const answer = await ask(kratos.adminUrl, method, '/admin/identities', body);
      statuses.push(answer.status);
      if (answer.status === 503) expect(answer.headers['retry-after']).toBe('7');
    }
    expect(statuses).toEqual([503, 200, 503, 201]);
    expect(kratos.store.identities()).toHaveLength(1);
  });

  test('a gateway answers with its own page or redirect, and a fault can be taken back', async () => {
    const kratos = await start('1.3');
    const takeBack = kratos.faults.inject({}, htmlPage(), Number.POSITIVE_INFINITY);
    const page = await ask(kratos.adminUrl, 'GET', '/admin/version');
    expect([page.status, page.headers['content-type']]).toEqual([502, 'text/html']);
    takeBack();
    kratos.faults.inject({}, redirectTo('https://login.example.test/'));
    const moved = await ask(kratos.adminUrl, 'GET', '/admin/version');
    expect([moved.status, moved.headers.location]).toEqual([302, 'https://login.example.test/']);
    expect((await ask(kratos.adminUrl, 'GET', '/admin/version')).status).toBe(200);
  });

  test('a destroyed connection leaves nothing behind, unless the request was committed first', async () => {
    const kratos = await start('1.3');
    kratos.faults.inject({}, { kind: 'destroy' });
    kratos.faults.inject({}, { kind: 'commitThenDestroy' });
    for (const made of [0, 1]) {
      await expect(ask(kratos.adminUrl, 'POST', '/admin/identities', note('n'))).rejects.toThrow();
      expect(kratos.store.identities()).toHaveLength(made);
    }
    expect(kratos.requests.all().map(({ status }) => status)).toEqual([undefined, undefined]);
  });

  test('a request that hangs is logged and never carried out', async () => {
    const kratos = await start('1.3');
    kratos.faults.inject({}, { kind: 'hang' });
    const gone = new AbortController();
    const asked = ask(kratos.adminUrl, 'POST', '/admin/identities', note('n'), gone.signal);
    await kratos.requests.arrived({ method: 'POST' });
    gone.abort();
    await expect(asked).rejects.toThrow();
    expect(kratos.store.identities()).toEqual([]);
  });

  test('a delayed request is handled when the clock of the stand-in says so', async () => {
    const due: (() => void)[] = [];
    const after = (ms: number, fn: () => void) => {
      expect(ms).toBe(5000);
      due.push(fn);
      return () => {};
    };
    const kratos = await start('1.3', { clock: { now: () => 0, monotonic: () => 0, after } });
    kratos.faults.inject({}, { kind: 'delay', ms: 5000 });
    const asked = ask(kratos.adminUrl, 'POST', '/admin/identities', note('n'));
    await kratos.requests.arrived({});
    expect(kratos.store.identities()).toEqual([]);
    for (const fn of due) fn();
    expect((await asked).status).toBe(201);
  });

  test('what a frozen server buffered is carried out at the thaw, in order, also for a client that has gone', async () => {
    const kratos = await start('1.3');
    kratos.faults.freeze();
    const gone = new AbortController();
    const first = ask(kratos.adminUrl, 'POST', '/admin/identities', person('ada@example.org'), gone.signal);
    await kratos.requests.arrived({}, 1);
    const second = ask(kratos.adminUrl, 'POST', '/admin/identities', person('ada@example.org'));
    await kratos.requests.arrived({}, 2);
    gone.abort();
    await expect(first).rejects.toThrow();
    expect(kratos.store.identities()).toEqual([]);
    await kratos.faults.thaw();
    expect(kratos.store.identities()).toHaveLength(1);
    expect((await second).status).toBe(409);
  });

  test('a server that is down refuses connections and comes up at the same address with its database', async () => {
    const kratos = await start('1.3');
    const path = await created(kratos, note('n'));
    await kratos.goDown();
    await expect(ask(kratos.adminUrl, 'GET', path)).rejects.toThrow(/ECONNREFUSED/);
    await kratos.comeUp();
    expect((await ask(kratos.adminUrl, 'GET', path)).status).toBe(200);
  });

  test('a server that is not ready says so with 503 and goes on answering', async () => {
    const kratos = await start('26.2');
    kratos.setReady(false);
    expect((await ask(kratos.adminUrl, 'GET', '/admin/health/ready')).status).toBe(503);
    expect((await ask(kratos.adminUrl, 'GET', '/admin/identities')).status).toBe(200);
  });

  test('the log holds what was sent until it is reset', async () => {
    const kratos = await start('1.3');
    await ask(kratos.adminUrl, 'POST', '/admin/identities?x=1', note('n'));
    const [seen] = kratos.requests.all({ path: /x=1/ });
    expect(seen).toMatchObject({ port: 'admin', method: 'POST', path: '/admin/identities?x=1', status: 201 });
    expect(JSON.parse(seen?.body ?? '')).toEqual(note('n'));
    kratos.requests.reset();
    expect(kratos.requests.all()).toEqual([]);
  });
});
