import { describe, test } from 'vitest';
import type { Identity } from '../../src/model/identity.ts';
import { MARK, MARKED_EMAIL, MARKED_PERSON as PERSON, MARKED_THING as THING } from './canary.ts';
import { enumerateFaults, type Life, type Setting } from './crash.ts';
import { SERVERS } from './kratos.ts';
import type { SpecInput } from './kube.ts';
import { KEY, type Scenario } from './scenario.ts';

/* What crash.test.ts does, for everything else that can happen to a resource, on each of the three kinds of Kratos. */

const HOUR = 3_600_000;

function asking(recovery: NonNullable<SpecInput['recovery']>): (s: Scenario) => void {
  return (s) => s.apply({ ...PERSON, recovery });
}

function logIn(s: Scenario): void {
  for (const { id } of s.identities()) s.kratos.sessions.set(id, 2);
}

/** Somebody's change in Kratos, where there is an identity. */
function meddle(s: Scenario, change: (identity: Identity) => Partial<Identity>): void {
  for (const identity of s.identities()) s.kratos.edit(identity.id, change(identity));
}

function recoveryLife(method: 'Code' | 'Link', output: 'Status' | 'Secret'): Life {
  return [
    (s) => s.apply(PERSON),
    asking({ requestId: 'one', method, output }),
    (s) => s.clock.advance(HOUR),
    asking({ requestId: 'two', method, output }),
    (s) => s.kube.delete(KEY),
  ];
}

const EVERYWHERE: Record<string, Life> = {
  'drift that is repaired': [
    (s) => s.apply(PERSON),
    (s) => meddle(s, ({ traits }) => ({ traits: { ...traits, name: 'drift', picture: 'theirs' } })),
  ],
  'deleted and made anew': [(s) => s.apply(PERSON), (s) => s.kube.delete(KEY), (s) => s.apply(PERSON)],
  'a deletion that retains': [
    (s) => s.apply({ ...THING, deletionPolicy: 'Retain' }),
    (s) => s.kube.delete(KEY),
  ],
  'a spec that goes bad and good again': [
    (s) => s.apply(PERSON),
    (s) => s.apply({ ...PERSON, traits: { email: MARKED_EMAIL, huge: 2 ** 60 } }),
    (s) => s.apply({ ...PERSON, traits: { email: MARKED_EMAIL, name: `${MARK} Countess` } }),
  ],
  'a link in a Secret, until it expires and again': recoveryLife('Link', 'Secret'),
  'a link in status, until it expires and again': recoveryLife('Link', 'Status'),
};

const MODERN: Record<string, Life> = {
  'retained, and taken up by its successor': [
    (s) => s.apply({ ...PERSON, deletionPolicy: 'Retain' }),
    (s) => s.kube.delete(KEY),
    (s) => s.apply({ ...PERSON, traits: { email: MARKED_EMAIL, name: `${MARK} second` } }),
  ],
  'deactivated, and taken up while its successor changes it': [
    (s) => s.apply({ ...PERSON, deletionPolicy: 'Deactivate' }),
    logIn,
    (s) => s.kube.delete(KEY),
    (s) => s.apply({ ...PERSON, metadataPublic: { plan: MARK } }),
  ],
  'sessions that end with a lock-out': [
    (s) => s.apply(PERSON),
    (s) => {
      logIn(s);
      s.apply({ ...PERSON, state: 'inactive' });
    },
    (s) => s.apply({ ...PERSON, state: 'active' }),
  ],
  'metadata that come, change and go': [
    (s) => s.apply({ ...PERSON, metadataPublic: { a: MARK }, metadataAdmin: { b: [MARK] } }),
    (s) => s.apply({ ...PERSON, metadataPublic: { a: `${MARK} 2`, c: { d: MARK } } }),
    (s) => s.apply(PERSON),
  ],
  "a marker that somebody's PUT wiped": [
    (s) => s.apply({ ...PERSON, metadataPublic: { a: MARK } }),
    (s) => meddle(s, () => ({ metadataAdmin: null, externalId: undefined })),
    (s) => s.kube.delete(KEY),
  ],
  'a code whose link is in status, until it expires and again': recoveryLife('Code', 'Status'),
  'a code, until it expires and again': recoveryLife('Code', 'Secret'),
};

const EXTERNAL: Record<string, Life> = {
  'an external id from the start': [
    (s) => s.apply({ ...THING, externalId: 'ada' }),
    (s) => s.apply({ ...THING, externalId: 'ada', traits: { label: `${MARK} scanner` } }),
    (s) => s.kratos.identities.clear(),
    (s) => s.kube.delete(KEY),
  ],
  'an external id that is set later': [
    (s) => s.apply(THING),
    (s) => s.apply({ ...THING, externalId: 'ada' }),
    (s) => s.kube.delete(KEY),
  ],
};

describe.each([
  ['bare', EVERYWHERE],
  ['metadata', { ...EVERYWHERE, ...MODERN }],
  ['externalIds', { ...EVERYWHERE, ...MODERN, ...EXTERNAL }],
] as const)('on a server of kind %s', (kind, lives) => {
  const setting: Setting = { has: SERVERS[kind], born: [] };

  test.each(Object.entries(lives))('%s: ends the same whatever happens at any effect', (_life, life) =>
    enumerateFaults(setting, life),
  );
});
