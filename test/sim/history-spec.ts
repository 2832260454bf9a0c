import type { SpecName } from './history-action.ts';
import type { SpecInput } from './kube.ts';

/** The address of somebody whom an administrator made: no resource may have it. */
export const STRANGER = 'eve@example.org';

/** The spec of that name for a key. Every identity made of one bears the key in a trait that nobody changes. */
export function specOf(name: SpecName, key: string): SpecInput {
  const email = `${key.replace('/', '.')}@example.org`;
  const person = { schemaId: 'person', traits: { of: key, email, name: 'A' } };
  switch (name) {
    case 'person':
      return person;
    case 'team':
      return { ...person, traits: { of: key, email, team: { unit: 'x', rank: 1 } } };
    case 'renamed':
      return { ...person, traits: { ...person.traits, email: `new.${email}` } };
    case 'thing':
      return { schemaId: 'thing', traits: { of: key, label: 'printer' } };
    case 'locked':
      return {
        ...person,
        state: 'inactive',
        metadataPublic: { plan: { level: 1 } },
        metadataAdmin: { note: ['x'] },
      };
    case 'asking':
      return { ...person, recovery: { requestId: 'one', output: 'Secret' } };
    case 'asking again':
      return { ...person, recovery: { requestId: 'two', expiresIn: '10m' } };
    case 'clashing':
      return { ...person, traits: { ...person.traits, email: STRANGER } };
    case 'bad':
      return { ...person, traits: { ...person.traits, name: Number.MAX_VALUE } };
    case 'external':
      return { ...person, externalId: `x-${key}` };
  }
}
