import { afterEach, describe, expect, test } from 'vitest';
import { KubeEvents } from '../../src/kube/events.ts';
import { microTime } from '../../src/kube/micro-time.ts';
import type { KratosIdentity } from '../../src/model/generated/kratosidentity.ts';
import { HandClock, until } from './clocks.ts';
import { identity, KubeSetup } from './kube-support.ts';
import { type Answer, sendJson, sendStatus } from './raw-server.ts';

const open: KubeSetup[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

const accept: Answer = (_, response) => sendJson(response, 201, { kind: 'Event' });
const PATH = '/apis/events.k8s.io/v1/namespaces/team/events';

async function setup(answer: Answer = accept) {
  const clock = new HandClock();
  const made = await KubeSetup.start(answer, clock);
  open.push(made);
  const events = new KubeEvents({ client: made.api.requests, instance: 'pod-1', clock });
  return {
    events,
    clock,
    server: made.server,
    bodies: () => made.server.seen.map(({ body }) => JSON.parse(body)),
  };
}

/** Waits for the API server's answers; the deadline never comes, for time stands still. */
const flushed = (events: KubeEvents) => events.flush(60_000);

const about = (name: string) => identity(name, '7') as unknown as KratosIdentity;
const created = (name = 'ann', note = 'identity created') => ({
  regarding: about(name),
  type: 'Normal' as const,
  reason: 'Created',
  action: 'Create',
  note,
});
const warning = (note: string) => ({ ...created('ann', note), type: 'Warning' as const, reason: 'Conflict' });

describe('an event', () => {
  test('is an events.k8s.io/v1 Event in the namespace of its resource', async () => {
    const { events, server, bodies } = await setup();
    events.publish(created());
    await flushed(events);
    expect(server.seen).toMatchObject([{ method: 'POST', path: PATH }]);
    expect(bodies()).toEqual([
      {
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: { namespace: 'team', name: expect.stringMatching(/^ann\.[0-9a-f]{16}$/) },
        eventTime: '2026-01-01T00:00:00.000000Z',
        reportingController: 'kratos-identity-operator',
        reportingInstance: 'pod-1',
        regarding: {
          apiVersion: 'kratos.ory.sh/v1alpha1',
          kind: 'KratosIdentity',
          namespace: 'team',
          name: 'ann',
          uid: 'uid-ann',
          resourceVersion: '7',
        },
        type: 'Normal',
        reason: 'Created',
        action: 'Create',
        note: 'identity created',
      },
    ]);
  });

  test('again within six minutes becomes a series of the first', async () => {
    const { events, clock, server, bodies } = await setup();
    events.publish(created());
    await flushed(events);
    clock.advance(359_999);
    events.publish(created());
    await flushed(events);
    clock.advance(359_999);
    events.publish(created());
    await flushed(events);
    const name = bodies()[0].metadata.name;
    expect(server.seen.slice(1)).toMatchObject([
      { method: 'PATCH', path: `${PATH}/${name}` },
      { method: 'PATCH', path: `${PATH}/${name}` },
    ]);
    expect(bodies().slice(1)).toEqual([
      { series: { count: 2, lastObservedTime: '2026-01-01T00:05:59.999000Z' } },
      { series: { count: 3, lastObservedTime: '2026-01-01T00:11:59.998000Z' } },
    ]);
  });

  test('after six minutes is a new one', async () => {
    const { events, clock, server } = await setup();
    events.publish(created());
    await flushed(events);
    clock.advance(360_000);
    events.publish(created());
    await flushed(events);
    expect(server.seen.map(({ method }) => method)).toEqual(['POST', 'POST']);
  });

  test('that differs in resource or note is another one', async () => {
    const { events, server } = await setup();
    events.publish(created());
    events.publish(created('bob'));
    events.publish(created('ann', 'something else'));
    await flushed(events);
    expect(server.seen.map(({ method }) => method)).toEqual(['POST', 'POST', 'POST']);
  });

  test('seen again while the first is being written is counted in one patch after it', async () => {
    let answer = () => {};
    const { events, server, bodies } = await setup((seen, response) => {
      if (seen.method === 'POST') answer = () => sendJson(response, 201, { kind: 'Event' });
      else sendJson(response, 200, { kind: 'Event' });
    });
    events.publish(created());
    await until(() => server.seen.length === 1);
    for (let i = 0; i < 5; i++) events.publish(created());
    answer();
    await flushed(events);
    expect(bodies()[1]).toMatchObject({ series: { count: 6 } });
    expect(server.seen).toHaveLength(2);
  });

  test('whose first was lost or has expired is made anew', async () => {
    const { events, server } = await setup((seen, response) => {
      if (seen.method === 'PATCH') sendStatus(response, 404, 'NotFound');
      else accept(seen, response);
    });
    events.publish(created());
    await flushed(events);
    events.publish(created());
    await flushed(events);
    expect(server.seen.map(({ method }) => method)).toEqual(['POST', 'PATCH', 'POST']);
  });

  test('is cut to 1024 bytes without breaking a character', async () => {
    const { events, bodies } = await setup();
    events.publish(created('ann', `x${'ß'.repeat(600)}`));
    events.publish(created('ann', 'y'.repeat(1024)));
    await flushed(events);
    const notes: string[] = bodies().map(({ note }) => note);
    expect(notes.toSorted()).toEqual([`x${'ß'.repeat(511)}`, 'y'.repeat(1024)]);
  });

  test('of a long-named resource has a name the API server takes', async () => {
    const { events, bodies } = await setup();
    const name = `${'a'.repeat(235)}.${'b'.repeat(8)}`;
    events.publish(created(name));
    await flushed(events);
    expect(bodies()[0].metadata.name).toMatch(/^a{235}\.[0-9a-f]{16}$/);
  });
});

describe('events', () => {
  test('that are normal pass one bucket of 100, then five a second; warnings have their own', async () => {
    const { events, clock, bodies } = await setup();
    const types = () => bodies().map(({ type }) => type);
    for (let i = 0; i < 150; i++) events.publish(created(`a${i}`));
    events.publish(warning('one'));
    await flushed(events);
    expect(types().filter((type) => type === 'Normal')).toHaveLength(100);
    expect(types().filter((type) => type === 'Warning')).toHaveLength(1);
    clock.advance(1000);
    for (let i = 0; i < 150; i++) events.publish(created(`b${i}`));
    await flushed(events);
    expect(types().filter((type) => type === 'Normal')).toHaveLength(105);
  });

  test.for([403, 500, 429])('that are refused with %i are nobody’s trouble', async (status) => {
    const { events, server } = await setup((_, response) => sendStatus(response, status, 'x'));
    events.publish(created());
    events.publish(warning('one'));
    await flushed(events);
    expect(server.seen).toHaveLength(2);
  });

  test('never have more than four requests under way', async () => {
    const held: (() => void)[] = [];
    const { events, server } = await setup((seen, response) => void held.push(() => accept(seen, response)));
    for (let i = 0; i < 20; i++) events.publish(created(`a${i}`));
    await until(() => held.length === 4);
    const flush = flushed(events);
    for (let i = 0; i < 20; i++) {
      await until(() => held.length > i);
      expect(held.length).toBeLessThanOrEqual(i + 4);
      held[i]?.();
    }
    await flush;
    expect(server.seen).toHaveLength(20);
  });

  test('are waited for no longer than the deadline', async () => {
    const { events, clock, server } = await setup(() => {});
    events.publish(created());
    await until(() => server.seen.length === 1);
    const flush = events.flush(1000);
    await clock.elapse(1000);
    await flush;
  });

  test('of which there are none are flushed at once', async () => {
    const { events } = await setup();
    await events.flush(1000);
  });
});

test('a MicroTime has exactly six fractional digits', () => {
  expect(microTime(Date.UTC(2026, 0, 2, 3, 4, 5, 67))).toBe('2026-01-02T03:04:05.067000Z');
});
