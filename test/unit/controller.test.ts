import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { RemoteError } from '../../src/model/errors.ts';
import type { KratosIdentity } from '../../src/model/generated/kratosidentity.ts';
import type { KratosView } from '../../src/model/world.ts';
import { Controller } from '../../src/reconcile/controller.ts';
import { Slots } from '../../src/reconcile/slots.ts';
import { settle } from '../sim/clock.ts';
import { SERVERS } from '../sim/kratos.ts';
import { KEY, PERSON, Scenario } from '../sim/scenario.ts';
import { type ResourceBuilder, resource, THEN_TEXT } from './build.ts';

type WorkQueue = ConstructorParameters<typeof Controller>[0]['queue'];

/** Writes down what it is told, and gives out the keys that the test puts into it. */
class FakeQueue implements WorkQueue {
  readonly told: string[] = [];
  priority: ReturnType<WorkQueue['priorityOf']> = 'normal';
  #waiting: ((key: string) => void)[] = [];
  readonly #given: string[] = [];

  add = (key: string, priority = 'normal') => void this.told.push(`add ${key} ${priority}`);
  addAfter = (key: string, ms: number, priority = 'normal') =>
    void this.told.push(`after ${ms} ${key} ${priority}`);
  addRateLimited = (key: string, ms = 0) => void this.told.push(`backoff ${ms} ${key}`);
  priorityOf = () => this.priority;
  forget = (key: string) => void this.told.push(`forget ${key}`);
  drop = (key: string) => void this.told.push(`drop ${key}`);
  done = (key: string) => void this.told.push(`done ${key}`);

  get(signal: AbortSignal): Promise<string> {
    return new Promise((resolve, reject) => {
      const given = this.#given.shift();
      if (given === undefined) this.#waiting.push(resolve);
      else resolve(given);
      signal.addEventListener('abort', () => reject(signal.reason));
    });
  }

  give(key: string): void {
    const taker = this.#waiting.shift();
    if (taker === undefined) this.#given.push(key);
    else taker(key);
  }
}

class Fixture {
  readonly scenario: Scenario;
  readonly queue = new FakeQueue();
  readonly passes: string[] = [];
  readonly parked: string[] = [];
  active = 0;
  view: KratosView = { open: true, has: SERVERS.externalIds };
  readonly stop = new AbortController();
  readonly controller: Controller;
  readonly #running: Promise<void>;

  constructor() {
    this.scenario = new Scenario(SERVERS.externalIds, { view: () => this.view });
    const { deps } = this.scenario.operator;
    this.controller = new Controller({
      ...deps,
      gate: { ...deps.gate, park: (key, priority) => this.parked.push(`${key} ${priority}`) },
      queue: this.queue,
      slots: new Slots(2),
      resyncMs: 600_000,
      random: () => 0.5,
      onPass: (key, outcome) =>
        this.passes.push(`${key} ${outcome instanceof Error ? outcome.message : outcome.end}`),
      onActive: (delta) => {
        this.active += delta;
      },
    });
    this.#running = this.controller.run(this.stop.signal);
  }

  async work(key = KEY): Promise<string[]> {
    this.queue.told.length = 0;
    this.queue.give(key);
    await settle();
    return this.queue.told;
  }

  async end(): Promise<void> {
    this.stop.abort();
    await this.#running;
  }
}

let f: Fixture;
beforeEach(() => {
  f = new Fixture();
});
afterEach(() => f.end());

const RESYNC = `after 600000 ${KEY} low`;

describe('what needs a pass', () => {
  const base = resource().synced();
  type Row = [string, ResourceBuilder | undefined, ResourceBuilder | undefined, string[]];

  test.each<Row>([
    ['a resource that nobody has looked at', undefined, resource(), ['add team/ada normal']],
    ['one of the first list that was looked at before, behind', undefined, base, ['add team/ada low']],
    ['a change of the spec', base, base.with({ generation: 2 }), ['add team/ada normal']],
    ['a deletion', base, base.with({ deletionTimestamp: THEN_TEXT }), ['add team/ada normal']],
    ['our finalizer taken away', base, base.with({ finalizers: [] }), ['add team/ada normal']],
    ['another resource under the name', base, base.with({ uid: 'uid-2' }), ['add team/ada normal']],
    [
      'not our own status write',
      base,
      base.withStatus({ identityId: 'id-2' }).with({ resourceVersion: '101' }),
      [],
    ],
    ['not our own finalizer', resource(), resource().finalized(), []],
    ['not a label', base, base.with({ labels: { a: 'b' } }), []],
    ['not a resource that is gone', base, undefined, ['drop team/ada']],
  ])('%s', (_name, before, after, told) => {
    f.controller.onChange(KEY, before?.value, after?.value);
    expect(f.queue.told).toEqual(told);
  });

  test.each<[string, KratosIdentity | undefined, boolean]>([
    ['gone', undefined, true],
    ['replaced', resource().with({ uid: 'uid-2' }).value, true],
    ['changed', resource().with({ generation: 2 }).value, false],
  ])('what is remembered of a resource that is %s', (_name, after, forgotten) => {
    const { memory } = f.scenario.operator.deps;
    memory.learn('uid-1', { identityId: 'id-1' });
    f.controller.onChange(KEY, resource().value, after);
    expect(memory.learned('uid-1')).toEqual(forgotten ? {} : { identityId: 'id-1' });
  });
});

describe('after a pass', () => {
  it('that settled, the key comes again at its resync, and its backoff ends', async () => {
    f.scenario.apply(PERSON);
    expect(await f.work()).toEqual([`forget ${KEY}`, RESYNC, `done ${KEY}`]);
    expect(f.passes).toEqual([`${KEY} settled`]);
    expect(f.active).toBe(0);
  });

  it('that leaves a link, it comes again when that expires', async () => {
    f.scenario.apply({ ...PERSON, recovery: { requestId: 'one', expiresIn: '90s' } });
    expect(await f.work()).toContain(`after 90000 ${KEY} normal`);
  });

  it('that is over with its resource, it comes never again', async () => {
    expect(await f.work()).toEqual([`forget ${KEY}`, `done ${KEY}`]);
    expect(f.passes).toEqual([`${KEY} done`]);
  });

  test.each(['normal', 'low'] as const)(
    'that another write overtook, it comes at once, as a %s key still, and its backoff ends',
    async (priority) => {
      f.queue.priority = priority;
      f.scenario.apply(PERSON);
      f.scenario.effects.before('status', () =>
        f.scenario.apply({ ...PERSON, traits: { email: 'b@example.org' } }),
      );
      const told = await f.work();
      expect(told.slice(0, 2)).toEqual([`forget ${KEY}`, `after 0 ${KEY} ${priority}`]);
    },
  );

  it('that met trouble of its own, it comes after its backoff and no later than its resync', async () => {
    f.scenario.apply(PERSON);
    f.scenario.kratos.freeze();
    expect(await f.work()).toEqual([`backoff 0 ${KEY}`, RESYNC, `done ${KEY}`]);
  });

  it('that met a closed gate, it is parked there', async () => {
    f.view = { open: false, cause: 'unavailable', forMs: 0 };
    f.scenario.apply(PERSON);
    f.queue.priority = 'low';
    expect(await f.work()).toEqual([`done ${KEY}`]);
    expect(f.parked).toEqual([`${KEY} low`]);
  });

  it('of a settled resource that met a closed gate, it says so when the outage has lasted', async () => {
    f.scenario.apply(PERSON);
    await f.work();
    f.view = { open: false, cause: 'unavailable', forMs: 10_000 };
    expect(await f.work()).toEqual([`after 20000 ${KEY} low`, `done ${KEY}`]);
    expect(f.parked).toEqual([`${KEY} normal`]);
  });

  it('that met an API server in trouble, it comes after its backoff', async () => {
    f.scenario.apply(PERSON);
    f.scenario.effects.before('finalizers', () => {
      throw new RemoteError('PATCH', { code: 'unavailable', outcome: 'none' });
    });
    expect(await f.work()).toEqual([`backoff 0 ${KEY}`, `done ${KEY}`]);
    expect(f.passes).toEqual([`${KEY} PATCH: unavailable`]);
  });

  it('that the API server asked to wait, it comes no sooner than that', async () => {
    f.scenario.apply(PERSON);
    f.scenario.effects.before('finalizers', () => {
      throw new RemoteError('PATCH', {
        code: 'unavailable',
        outcome: 'none',
        status: 429,
        retryAfterMs: 9_000,
      });
    });
    expect(await f.work()).toEqual([`backoff 9000 ${KEY}`, `done ${KEY}`]);
  });

  it('that lost the lease, nothing of ours is scheduled', async () => {
    f.scenario.apply(PERSON);
    f.scenario.effects.before('finalizers', () => {
      throw new RemoteError('lease', { code: 'aborted', outcome: 'none' });
    });
    expect(await f.work()).toEqual([`done ${KEY}`]);
  });
});

describe('identifiers that became free', () => {
  const keys = (): string[] => f.queue.told.filter((line) => line.startsWith('add'));

  beforeEach(() => {
    const conflict = resource().finalized().said('Conflict');
    for (const name of ['ada', 'bob'])
      f.scenario.kube.resources.set(`team/${name}`, conflict.with({ name }).value);
    f.scenario.kube.resources.set('team/eve', resource().synced().with({ name: 'eve' }).value);
  });

  it('have all resources in conflict look again, together and behind', async () => {
    f.controller.onReleased();
    f.controller.onReleased();
    await f.scenario.clock.advance(200);
    expect(keys()).toEqual(['add team/ada low', 'add team/bob low']);
  });

  it('do so at most once every 10 s', async () => {
    f.controller.onReleased();
    await f.scenario.clock.advance(1_000);
    f.queue.told.length = 0;
    f.controller.onReleased();
    await f.scenario.clock.advance(9_199);
    expect(keys()).toEqual([]);
    await f.scenario.clock.advance(1);
    expect(keys()).toHaveLength(2);
  });

  it('are nothing any more once we stop', async () => {
    f.controller.onReleased();
    await f.end();
    await f.scenario.clock.advance(60_000);
    expect(keys()).toEqual([]);
  });
});

it('keys are worked on side by side, and what is under way at the end is finished', async () => {
  for (const key of [KEY, 'team/bob'])
    f.scenario.apply({ ...PERSON, traits: { email: `${key}@example.org` } }, key);
  f.queue.give(KEY);
  f.queue.give('team/bob');
  f.stop.abort();
  await f.end();
  expect(f.passes.sort()).toEqual([`${KEY} settled`, 'team/bob settled']);
});
