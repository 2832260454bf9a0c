import { describe, expect, test } from 'vitest';
import { markerOf } from '../../src/model/owner.ts';
import { SERVERS } from './kratos.ts';
import type { SpecInput } from './kube.ts';
import { KEY, PERSON, Scenario, THING } from './scenario.ts';

const PASSES = 50;

async function writesOf(s: Scenario, passes = PASSES): Promise<number> {
  const before = s.kratos.writes + s.kube.writes + s.kube.events.length + s.kratos.mints;
  for (let pass = 0; pass < passes; pass += 1) await s.operator.pass(KEY);
  return s.kratos.writes + s.kube.writes + s.kube.events.length + s.kratos.mints - before;
}

const SPECS: Record<string, SpecInput> = {
  'a person': PERSON,
  'a thing': THING,
  'a resource without a schema': { traits: { label: 'x' } },
  'a link in a Secret': { ...PERSON, recovery: { requestId: 'one', output: 'Secret' } },
  'a link in status': { ...PERSON, recovery: { requestId: 'one', output: 'Status' } },
  'odd keys': { schemaId: 'thing', traits: { 'a/b': { '~c': 1 }, '': [], e: {}, n: null } },
};

describe.each(Object.entries(SERVERS))('in the steady state on a server of kind %s', (_kind, has) => {
  test.each(Object.entries(SPECS))('%s costs no write to either side', async (_name, spec) => {
    const s = new Scenario(has);
    await s.settled(spec);
    expect(s.reason()).toBe('Synced');
    expect(await writesOf(s)).toBe(0);
    s.restart();
    expect(await writesOf(s, 3)).toBe(0);
  });

  test('what others add to an identity costs none either', async () => {
    const s = new Scenario(has);
    await s.settled(PERSON);
    s.kratos.edit(s.only().id, { traits: { ...s.only().traits, picture: 'x' } });
    expect(await writesOf(s)).toBe(0);
    expect(s.only().traits).toHaveProperty('picture');
  });

  test('drift of what is declared is repaired by one write', async () => {
    const s = new Scenario(has);
    await s.settled(PERSON);
    s.kratos.edit(s.only().id, { traits: { ...s.only().traits, name: 'x', picture: 'y' } });
    const { writes } = s.kratos;
    await s.settle();
    expect(s.kratos.writes).toBe(writes + 1);
    expect(s.only().traits).toEqual({ ...PERSON.traits, picture: 'y' });
    expect(await writesOf(s)).toBe(0);
  });

  test('a server that keeps traits in another form is written once, and again only when either side changes', async () => {
    const s = new Scenario(has);
    s.kratos.normalise = (traits) => ({ ...traits, name: JSON.stringify(traits.name).toLowerCase() });
    await s.settled(PERSON);
    expect(s.only().traits.name).toBe('"ada"');
    expect(await writesOf(s)).toBe(0);

    s.kratos.edit(s.only().id, { traits: { ...s.only().traits, name: 'drift' } });
    const { writes } = s.kratos;
    await s.settle();
    expect(s.kratos.writes).toBe(writes + 1);
    expect(await writesOf(s)).toBe(0);

    s.restart();
    expect(await writesOf(s, 5)).toBeLessThanOrEqual(2);
    expect(await writesOf(s)).toBe(0);
  });
});

describe.each([SERVERS.metadata, SERVERS.externalIds])('with everything declared', (has) => {
  test('the steady state costs no write', async () => {
    const s = new Scenario(has);
    await s.settled({
      ...PERSON,
      state: 'inactive',
      metadataPublic: { plan: { level: 1 } },
      metadataAdmin: { note: ['x'] },
      deletionPolicy: 'Deactivate',
      recovery: { requestId: 'one' },
    });
    expect(markerOf(s.only())).toMatchObject({ public: ['/plan/level'], admin: ['/note'] });
    expect(await writesOf(s)).toBe(0);
  });
});

test('an ordinary creation costs three writes and no read of the resource', async () => {
  const s = new Scenario(SERVERS.externalIds);
  s.apply(PERSON);
  await s.operator.pass(KEY);
  expect(s.effects.log).toEqual(['finalizers', 'create', 'status']);
  expect(s.kube.reads).toBe(0);
});
