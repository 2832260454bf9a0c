import { describe, test } from 'vitest';
import { FINALIZER } from '../../src/model/resource.ts';
import { MARK, MARKED_EMAIL, MARKED_PERSON as PERSON, MARKED_THING as THING } from './canary.ts';
import { enumerateFaults, type Life, type Setting } from './crash.ts';
import { SERVERS } from './kratos.ts';
import { KEY } from './scenario.ts';

/*
 * Every external effect of a whole life is disturbed in every way, one at a time; whatever happens, there is never more than one identity
 * for the resource, nothing is minted twice, and the end is the one of the undisturbed run.
 */

const LIVES: Record<string, Life> = {
  'a person: create, change, vanish, delete': [
    (s) => s.apply(PERSON),
    (s) => s.apply({ ...PERSON, traits: { email: MARKED_EMAIL, team: `${MARK} a` } }),
    (s) => s.kratos.identities.clear(),
    (s) => s.kube.delete(KEY),
  ],
  'a thing that nothing unique protects': [
    (s) => s.apply(THING),
    (s) => s.apply({ ...THING, traits: { label: `${MARK} scanner` } }),
    (s) => s.kratos.identities.clear(),
    (s) => s.kube.delete(KEY),
  ],
  'created and deleted at once': [(s) => s.apply(THING), (s) => s.kube.delete(KEY)],
  'somebody who is locked out, deactivated and taken up again': [
    (s) => s.apply({ ...PERSON, deletionPolicy: 'Deactivate' }),
    (s) => s.apply({ ...PERSON, state: 'inactive', deletionPolicy: 'Deactivate' }),
    (s) => s.kube.delete(KEY),
    (s) => s.apply(PERSON),
  ],
  'a recovery link through its whole life': [
    (s) => s.apply({ ...PERSON, recovery: { requestId: 'one', output: 'Secret' } }),
    (s) => s.apply({ ...PERSON, recovery: { requestId: 'two', output: 'Secret' } }),
    (s) => s.apply(PERSON),
    (s) => s.kube.delete(KEY),
  ],
};

const SETTINGS = Object.entries(SERVERS).flatMap(([kind, has]): [string, Setting][] => [
  [kind, { has, born: [] }],
  [`${kind}, under an admission policy`, { has, born: [FINALIZER] }],
]);

describe.each(SETTINGS)('on a server of kind %s', (_kind, setting) => {
  test.each(Object.entries(LIVES))(
    '%s: ends the same, never has two identities and mints nothing twice, whatever happens at any effect',
    (_life, life) => enumerateFaults(setting, life),
  );
});
