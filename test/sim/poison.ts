import { RemoteError, type RemoteErrorDetail } from '../../src/model/errors.ts';
import type { Capabilities, NewIdentity } from '../../src/model/identity.ts';
import type { JsonValue } from '../../src/model/json.ts';
import { MARKER_KEY } from '../../src/model/owner.ts';
import { Sensitive } from '../../src/model/sensitive.ts';
import type { Reason } from '../../src/model/step.ts';
import { MARK, MARKED_NUMBER } from './canary.ts';
import { nested } from './generated-specs.ts';

export interface Poison {
  readonly spec: JsonValue | undefined;
  /** What the resource says in the end; none where the API server refuses to hear it. */
  readonly reason: Reason | undefined;
}

const sound = { deletionPolicy: 'Delete', traits: { note: MARK } };
const recovery = { requestId: 'one', expiresIn: '1h', method: 'Auto', output: 'Secret' };
const own = (key: string): JsonValue => JSON.parse(`{"a":{"${key}":"${MARK}"}}`);
const traits = (value: JsonValue | undefined, reason: Reason = 'InvalidTraits'): Poison => ({
  spec: { ...sound, ...(value === undefined ? {} : { traits: value }) },
  reason,
});
const field = (name: string, value: JsonValue, reason: Reason): Poison => ({
  spec: { ...sound, [name]: value },
  reason,
});

/** What the schema would not have let in. */
const MISSHAPEN: Record<string, Poison> = {
  'no spec': { spec: undefined, reason: 'InvalidTraits' },
  'a spec of null': { spec: null, reason: 'InvalidTraits' },
  'a spec of text': { spec: MARK, reason: 'InvalidTraits' },
  'a spec that is a list': { spec: [MARK], reason: 'InvalidTraits' },
  'no traits': { spec: { deletionPolicy: 'Delete' }, reason: 'InvalidTraits' },
  'traits of null': traits(null),
  'traits of text': traits(MARK),
  'traits that are a list': traits([{ note: MARK }]),
  'public metadata of null': field('metadataPublic', null, 'InvalidMetadata'),
  'public metadata of text': field('metadataPublic', MARK, 'InvalidMetadata'),
  'admin metadata that is a list': field('metadataAdmin', [MARK], 'InvalidMetadata'),
  'a schema id of a number': field('schemaId', MARKED_NUMBER, 'Unsupported'),
  'a state of another time': field('state', `${MARK} suspended`, 'Unsupported'),
  'an external id that is an object': field('externalId', { id: MARK }, 'Unsupported'),
  'a deletion policy of another time': field('deletionPolicy', `${MARK} Archive`, 'Unsupported'),
  'a recovery of null': field('recovery', null, 'Unsupported'),
  'a recovery of text': field('recovery', MARK, 'Unsupported'),
  'a recovery without its fields': field('recovery', {}, 'Unsupported'),
  'a recovery by another method': field('recovery', { ...recovery, method: MARK }, 'Unsupported'),
  'a recovery for a number': field('recovery', { ...recovery, requestId: MARKED_NUMBER }, 'Unsupported'),
};

/** What the schema lets in and the operator's limits do not. */
const BEYOND: Record<string, Poison> = {
  'a key __proto__': traits(own('__proto__')),
  'a key constructor': traits(own('constructor')),
  'a key prototype': traits(own('prototype')),
  'traits one level too deep': traits(nested(33)),
  'traits far too deep': traits(nested(600)),
  'an integer too large': traits({ a: [MARKED_NUMBER * 1e12] }),
  'a number without end': traits({ a: MARKED_NUMBER * 1e290 }),
  'traits too large': traits({ a: MARK.repeat(11_000) }),
  'too many items': traits({ a: Array.from({ length: 200_000 }, () => MARK) }),
  'metadata too deep': field('metadataPublic', nested(33), 'InvalidMetadata'),
  'the marker as metadata': field('metadataAdmin', { [MARKER_KEY]: { owner: MARK } }, 'InvalidMetadata'),
};

/** What a server has against it, by the words it gives for it, which quote what was sent. */
const REFUSALS: Record<string, { readonly detail: RemoteErrorDetail; readonly reason: Reason }> = {
  'Kratos refuses the traits': {
    detail: { code: 'invalid', outcome: 'none', status: 400, refusal: 'traits' },
    reason: 'InvalidTraits',
  },
  'Kratos has no such schema': {
    detail: { code: 'invalid', outcome: 'none', status: 400, refusal: 'schemaUnknown' },
    reason: 'SchemaNotFound',
  },
  'Kratos refuses for another cause': {
    detail: { code: 'invalid', outcome: 'none', status: 422, refusal: 'other' },
    reason: 'KratosRefused',
  },
  'Kratos finds it too large': {
    detail: { code: 'tooLarge', outcome: 'none', status: 413 },
    reason: 'KratosRefused',
  },
  'Kratos reports a conflict for ever': {
    detail: { code: 'conflict', outcome: 'none', status: 409 },
    reason: 'Conflict',
  },
  'Kratos fails over it': {
    detail: { code: 'unavailable', outcome: 'none', status: 503 },
    reason: 'KratosUnavailable',
  },
  'a proxy answers for it': {
    detail: { code: 'unexpected', outcome: 'none', status: 200 },
    reason: 'KratosUnavailable',
  },
  'Kratos denies this one': {
    detail: { code: 'denied', outcome: 'none', status: 403 },
    reason: 'KratosDenied',
  },
};

/** The API server refuses every write of it. */
export const DEAF = 'the API server refuses its status';

/** Every way that one resource is known to be bad in, on a server of that kind. */
export function poisons(has: Capabilities): ReadonlyMap<string, Poison> {
  const lacking: Record<string, Poison> = has.metadata
    ? {}
    : {
        'a state that the server lacks': field('state', 'active', 'Unsupported'),
        'metadata that the server lacks': field('metadataPublic', { a: MARK }, 'Unsupported'),
        'an external id that the server lacks': field('externalId', 'an id', 'Unsupported'),
        'a policy that the server lacks': field('deletionPolicy', 'Deactivate', 'Unsupported'),
      };
  const refused = Object.entries(REFUSALS).map(
    ([poison, { reason }]) => [poison, traits({ poison: `${MARK} ${poison}` }, reason)] as const,
  );
  return new Map([
    ...Object.entries({ ...MISSHAPEN, ...BEYOND, ...lacking }),
    ...refused,
    ['the e-mail of another', traits({ email: `${MARK}@example.org` }, 'Conflict')],
    [
      'a code where there is none',
      { spec: { ...sound, recovery: { ...recovery, method: 'Code' } }, reason: 'Synced' },
    ],
    ['a Secret of its name that is not its own', { spec: { ...sound, recovery }, reason: 'Synced' }],
    [DEAF, { spec: sound, reason: undefined }],
  ]);
}

/** What a server says to the creation of something that it has something against. */
export function refusalOf({ traits: sent }: NewIdentity): RemoteError | undefined {
  const { poison } = sent;
  const refusal = typeof poison === 'string' ? REFUSALS[poison.slice(MARK.length + 1)] : undefined;
  if (refusal === undefined) return undefined;
  const words = new Sensitive(JSON.stringify(sent));
  const violations = [{ pointer: '/traits/poison', keyword: 'enum', message: words }];
  return new RemoteError('POST identities', { ...refusal.detail, words, violations });
}
