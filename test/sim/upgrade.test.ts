import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { KratosIdentity } from '../../src/model/generated/kratosidentity.ts';
import type { Identity, NewIdentity } from '../../src/model/identity.ts';
import { keyOf } from '../../src/model/resource.ts';
import { Sensitive } from '../../src/model/sensitive.ts';
import { SERVERS } from './kratos.ts';
import { Scenario } from './scenario.ts';

/* Row l of the fault matrix: what earlier releases left behind (test/fixtures/corpus) is to the code of today as if it were its own. */

const CORPUS = 'test/fixtures/corpus';

interface Left {
  readonly server: keyof typeof SERVERS;
  readonly at: string;
  readonly resources: readonly KratosIdentity[];
  readonly identities: readonly Identity[];
  readonly secrets: readonly LeftSecret[];
}

interface LeftSecret {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly owner: { readonly name: string; readonly uid: string };
  readonly annotations: Readonly<Record<string, string>>;
  readonly link: string;
  readonly code?: string;
}

const FILES = readdirSync(CORPUS).filter((file) => file.endsWith('.json'));

async function restored(file: string): Promise<Scenario> {
  const left = JSON.parse(readFileSync(`${CORPUS}/${file}`, 'utf8')) as Left;
  const s = new Scenario(SERVERS[left.server]);
  s.clock.stepWall(Date.parse(left.at) - s.clock.now());
  // By now nothing late can come.
  await s.clock.advance(20_000);
  s.clock.stepWall(-20_000);
  for (const resource of left.resources) s.kube.resources.set(keyOf(resource), resource);
  // Whatever is made from here on gets an id of its own.
  for (const identity of left.identities)
    s.kratos.create({ ...identity, traits: {}, externalId: undefined } as NewIdentity);
  s.kratos.identities.clear();
  for (const identity of left.identities) s.kratos.identities.set(identity.id, identity);
  for (const { link, code, ...secret } of left.secrets) {
    const { uid, owner, annotations, namespace, name } = secret;
    const view = { uid, ownerUids: [owner.uid], annotations, link: new Sensitive(link) };
    const data = { link: new Sensitive(link), ...(code !== undefined && { code: new Sensitive(code) }) };
    s.kube.secretsByName.set(`${namespace}/${name}`, {
      view,
      secret: { namespace, name, owner, annotations, data },
    });
  }
  return s;
}

function writesOf({ kube, kratos }: Scenario): readonly number[] {
  return [kube.writes, kratos.writes, kratos.mints, kube.events.length];
}

test('there is something of each kind of server', () => {
  const servers = FILES.map((file) => file.replace(/^[\d.]+-(.*)\.json$/, '$1'));
  expect(new Set(servers)).toEqual(new Set(Object.keys(SERVERS)));
});

describe.each(FILES)('l: of %s', (file) => {
  test('the code of today writes nothing, however often it looks', async () => {
    const s = await restored(file);
    // Without a marker every look at a refusal puts a creation on record (docs/bugs.md).
    const isQuiet = (key: string) => s.kratos.has.metadata || key !== 'team/clash';
    const keys = [...s.kube.resources.keys()].filter(isQuiet);
    expect(keys.length).toBeGreaterThan(7);
    const before = writesOf(s);
    for (const key of keys) {
      for (let pass = 0; pass < 3; pass += 1) await s.operator.pass(key);
    }
    expect(writesOf(s)).toEqual(before);
  });

  test('what lost its status in a crash or a restore finds its own identity, and makes none', async () => {
    const s = await restored(file);
    // Where lists show no marker nothing tells whose an identity is that has changed.
    if (!s.kratos.has.patch) return;
    const ids = new Map([...s.kube.resources].map(([key, { status }]) => [key, status?.identityId]));
    const before = [...s.kratos.identities.keys()];
    for (const key of s.kube.resources.keys())
      s.kube.edit(key, (old) => ({ ...old, status: { observedGeneration: -1 } }));
    await s.settle();
    expect([...s.kratos.identities.keys()]).toEqual(before);
    for (const [key, id] of ids) expect(s.resource(key).status?.identityId, key).toBe(id);
  });

  test('a deletion of everything leaves what was to be left', async () => {
    const s = await restored(file);
    for (const key of s.kube.resources.keys()) s.kube.delete(key);
    await s.settle();
    expect([...s.kube.resources.keys()]).toEqual([]);
    expect(s.kube.secretsByName.size).toBe(0);
    const left = s.identities().map(({ traits }) => traits.name);
    expect(new Set(left)).toEqual(new Set(s.kratos.has.state ? ['locked', 'retained'] : ['retained']));
  });
});
