import { describe, expect, test } from 'vitest';
import { RemoteError } from '../../src/model/errors.ts';
import type { KratosIdentitySpec } from '../../src/model/generated/kratosidentity.ts';
import { FINALIZER, keyOf } from '../../src/model/resource.ts';
import { Sensitive } from '../../src/model/sensitive.ts';
import { MARK } from './canary.ts';
import { nested } from './generated-specs.ts';
import { SERVERS } from './kratos.ts';
import { DEAF, poisons, refusalOf } from './poison.ts';
import { KEY, Scenario } from './scenario.ts';

const CROWD = 10_000;
const ROUNDS = 12;
/** The finalizer, the identity and the status; on classic the record too. */
const WRITES = { bare: 4, externalIds: 3 } as const;

/** Many resources, one of which is bad in each known way, between others that are not. */
class Crowd {
  readonly s: Scenario;
  readonly good: string[] = [];
  readonly bad = new Map<string, string>();
  /** Passes and writes by key. */
  readonly passes = new Map<string, number>();
  readonly writes = new Map<string, number>();
  readonly thrown = new Set<string>();

  constructor(kind: keyof typeof SERVERS) {
    this.s = new Scenario(SERVERS[kind]);
    this.#disturb();
  }

  addGood(name: string): void {
    const email = this.good.length === 0 ? { email: `${MARK}@example.org` } : {};
    const key = `team/${name}`;
    this.s.apply({ traits: { label: `${MARK} ${key}`, ...email } }, key);
    this.good.push(key);
  }

  addBad(poison: string, spec: unknown): void {
    const key = `team/bad-${this.bad.size}`;
    this.s.apply({ traits: {} }, key);
    this.s.kube.edit(key, (resource) => ({ ...resource, spec: spec as KratosIdentitySpec }));
    this.s.kube.createSecret({
      namespace: 'team',
      name: `bad-${this.bad.size}-recovery`,
      owner: { name: 'other', uid: 'other' },
      annotations: {},
      data: { link: new Sensitive(MARK) },
    });
    this.bad.set(poison, key);
  }

  /** Passes over whatever is due, some at a time, for so many rounds. */
  async run(): Promise<void> {
    let due = [...this.s.kube.resources.keys()];
    for (let round = 0; round < ROUNDS && due.length > 0; round += 1) {
      const queue = due.values();
      const again: string[] = [];
      const worker = async () => {
        for (const key of queue) if (!(await this.#isQuietAfterPass(key))) again.push(key);
      };
      await Promise.all(Array.from({ length: 8 }, worker));
      await this.s.clock.advance(5_000);
      due = again;
    }
  }

  async #isQuietAfterPass(key: string): Promise<boolean> {
    count(this.passes, key);
    try {
      return (await this.s.operator.pass(key)).requeue.kind === 'none';
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      this.thrown.add(key);
      return false;
    }
  }

  #disturb(): void {
    const { kube, kratos } = this.s;
    const patchStatus = kube.patchStatus.bind(kube);
    const setFinalizers = kube.setFinalizers.bind(kube);
    const create = kratos.create.bind(kratos);
    kube.patchStatus = (resource, status) => {
      if (keyOf(resource) === this.bad.get(DEAF))
        throw new RemoteError('PATCH status', { code: 'invalid', outcome: 'none', status: 422 });
      count(this.writes, keyOf(resource));
      return patchStatus(resource, status);
    };
    kube.setFinalizers = (resource, finalizers) => {
      count(this.writes, keyOf(resource));
      return setFinalizers(resource, finalizers);
    };
    kratos.create = (wanted) => {
      const refusal = refusalOf(wanted);
      if (refusal !== undefined) {
        this.s.canary.thrown(refusal);
        throw refusal;
      }
      if (typeof wanted.traits.label === 'string')
        count(this.writes, wanted.traits.label.slice(MARK.length + 1));
      return create(wanted);
    };
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** What each of so many costs, as long as it is the same for all. */
function commonCost(counts: ReadonlyMap<string, number>, keys: readonly string[]): number | undefined {
  const [only, ...others] = new Set(keys.map((key) => counts.get(key)));
  return others.length === 0 ? only : undefined;
}

describe.each(['bare', 'externalIds'] as const)('on a server of kind %s', (kind) => {
  test('of 10,000 resources one is bad in each known way, and the others do not notice', async () => {
    const alone = new Crowd(kind);
    alone.addGood('alone');
    await alone.run();

    const crowd = new Crowd(kind);
    const known = [...poisons(SERVERS[kind])];
    for (let number = 0; number < CROWD - known.length; number += 1) {
      crowd.addGood(`good-${number}`);
      const poison = number % 200 === 0 ? known[number / 200] : undefined;
      if (poison !== undefined) crowd.addBad(poison[0], poison[1].spec);
    }
    expect(crowd.bad.size).toBe(known.length);
    expect(crowd.s.kube.resources.size).toBe(CROWD);
    await crowd.run();

    expect(new Set(crowd.good.map((key) => crowd.s.reason(key)))).toEqual(new Set(['Synced']));
    expect(alone.writes.get('team/alone')).toBe(WRITES[kind]);
    expect(commonCost(crowd.writes, crowd.good)).toBe(WRITES[kind]);
    expect(commonCost(crowd.passes, crowd.good)).toBe(1);

    const said = known.map(([name]) => [name, crowd.s.reason(crowd.bad.get(name) ?? '')]);
    expect(said).toEqual(known.map(([name, { reason }]) => [name, reason]));
    expect([...crowd.thrown]).toEqual([crowd.bad.get(DEAF)]);
    crowd.s.canary.check();
  }, 60_000);
});

test('nothing that nests as deep as an API server stores it keeps a resource from going', async () => {
  const s = new Scenario(SERVERS.unlisted);
  s.apply({ traits: {} });
  // Put there directly: what copies for the simulation is not made for such a depth.
  const { metadata, ...rest } = s.resource();
  const marked = { ...metadata, finalizers: [FINALIZER], deletionTimestamp: '2026-01-01T00:00:00Z' };
  const spec: KratosIdentitySpec = { deletionPolicy: 'Delete', traits: nested(9_990) };
  s.kube.resources.set(KEY, { ...rest, metadata: marked, spec });
  // By now nothing late can come, so that an absence counts at once.
  await s.clock.advance(20_000);
  await s.settle();
  expect(s.exists()).toBe(false);
});
