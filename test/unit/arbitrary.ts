import fc from 'fast-check';
import { RemoteError } from '../../src/model/errors.ts';
import type { KratosIdentity } from '../../src/model/generated/kratosidentity.ts';
import { isObject, type JsonObject, type JsonValue } from '../../src/model/json.ts';
import { MARKER_KEY, markerJson } from '../../src/model/owner.ts';
import type { World } from '../../src/model/world.ts';
import { SERVERS } from '../sim/kratos.ts';
import { identity, marker, NOW, RECOVERY, resource, SETTINGS, THEN_TEXT } from './build.ts';

const REASONS = [
  'Synced',
  'Progressing',
  'InvalidTraits',
  'Conflict',
  'Unsupported',
  'KratosUnavailable',
  'Deleting',
] as const;
const KEYS = ['a', 'b', 'c/d', '~', '', '__proto__', 'email'];

/** JSON of few keys, so that two of them meet. */
export const json: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue; object: JsonObject }>((tie) => ({
  object: fc
    .array(fc.tuple(fc.constantFrom(...KEYS), tie('value')), { maxLength: 4 })
    .map((entries) =>
      JSON.parse(
        `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join()}}`,
      ),
    ),
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.constantFrom<JsonValue>(null, true, 0, 1, 'x', '', 2 ** 60),
    fc.array(fc.constantFrom<JsonValue>(1, 'x', null), { maxLength: 2 }),
    tie('object'),
  ),
})).value;
export const object = json.filter((value): value is JsonObject => isObject(value));
export const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

/** An object without the members that are undefined. */
function dense<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as never;
}

const uid = fc.constantFrom('uid-1', 'uid-0');
const markerValue = fc.oneof(
  fc
    .record({ uid, owner: fc.constantFrom('cluster-a', 'cluster-b'), deactivated: fc.boolean() })
    .map((change) => markerJson(marker(change))),
  json,
);
const metadataAdmin = fc.oneof(
  maybe(json),
  markerValue.map((value) => ({ [MARKER_KEY]: value })),
);
const state = fc.constantFrom('active' as const, 'inactive' as const);
const identities = fc
  .record({
    traits: object,
    state: maybe(state),
    metadataPublic: maybe(json),
    metadataAdmin,
    externalId: maybe(fc.constant('x')),
  })
  .map((change) => identity(change));

const recordOf = fc
  .record({
    requestId: fc.constantFrom('one', 'two'),
    state: fc.constantFrom('Issued' as const, 'Expired' as const, 'Failed' as const),
    expiresAt: maybe(fc.constantFrom('2026-01-01T11:00:00.000Z', '2026-01-01T13:00:00.000Z', 'never')),
    secretName: maybe(fc.constant('ada-recovery')),
    link: maybe(fc.constant('https://x')),
  })
  .map(dense);
const statuses = fc
  .record({
    identityId: maybe(fc.constant('id-1')),
    state: maybe(state),
    ownedTraits: maybe(fc.constantFrom(['/a'], ['/email', '/a/b'])),
    pendingCreate: maybe(fc.constantFrom({ digest: 'x' }, { digest: 'x', notThese: ['id-7'] })),
    recovery: maybe(recordOf),
    observedGeneration: fc.constantFrom(-1, 1, 2),
    conditions: maybe(
      fc.constantFrom(...REASONS).map((reason) => [
        {
          type: 'Ready',
          status: reason === 'Synced' ? ('True' as const) : ('False' as const),
          reason,
          message: 'm',
          lastTransitionTime: THEN_TEXT,
        },
      ]),
    ),
  })
  .map(dense);
const resources: fc.Arbitrary<KratosIdentity> = fc
  .record({
    traits: object,
    schemaId: maybe(fc.constant('person')),
    metadataAdmin: maybe(object),
    metadataPublic: maybe(object),
    state: maybe(state),
    externalId: maybe(fc.constant('ada')),
    deletionPolicy: fc.constantFrom('Delete' as const, 'Retain' as const, 'Deactivate' as const),
    recovery: maybe(
      fc
        .record({
          method: fc.constantFrom('Auto' as const, 'Code' as const, 'Link' as const),
          expiresIn: fc.constantFrom('1h', 'nonsense'),
          output: fc.constantFrom('Status' as const, 'Secret' as const),
        })
        .map((change) => ({ ...RECOVERY, ...change })),
    ),
    status: maybe(statuses),
    finalized: fc.boolean(),
    deleting: fc.boolean(),
  })
  .map(({ status, finalized, deleting, ...spec }) => {
    const { schemaId: _schema, ...bare } = resource().value.spec;
    const plain = resource().with({
      ...(finalized && { finalizers: ['kratos.ory.sh/identity'] }),
      ...(deleting && { generation: 2, deletionTimestamp: THEN_TEXT }),
    });
    const { status: _status, ...rest } = plain.value;
    return { ...rest, spec: { ...bare, ...dense(spec) }, ...(status !== undefined && { status }) };
  });

const at = fc.constantFrom(0, NOW.mono, NOW.mono + 5_000);
const kratos = fc.oneof(
  fc.constantFrom(...Object.values(SERVERS)).map((has) => ({ open: true as const, has })),
  fc.record({
    open: fc.constant(false as const),
    cause: fc.constantFrom('unavailable' as const, 'denied' as const),
    forMs: fc.constantFrom(0, 40_000),
  }),
);
const failures = fc
  .record({
    code: fc.constantFrom(
      'invalid' as const,
      'conflict' as const,
      'unavailable' as const,
      'denied' as const,
      'tooLarge' as const,
      'notFound' as const,
    ),
    outcome: fc.constantFrom('none' as const, 'unknown' as const),
    refusal: fc.constantFrom(
      'traits' as const,
      'schemaUnknown' as const,
      'fieldUnknown' as const,
      'other' as const,
    ),
  })
  .map((detail) => new RemoteError('x', detail));
const counted = fc.record({ generation: fc.constantFrom(1, 2), count: fc.constantFrom(1, 2, 3) });

/** Worlds of every kind, also such as cannot come about. */
export const worlds: fc.Arbitrary<World> = fc.record({
  resource: resources,
  settings: fc.constantFrom(SETTINGS, { ...SETTINGS, recoveryOutput: 'Secret' as const }),
  kratos,
  identity: fc.oneof(
    fc.constantFrom(
      { kind: 'unread' as const },
      { kind: 'gone' as const },
      { kind: 'gone' as const, deleted: true as const },
    ),
    identities.map((held) => ({ kind: 'known' as const, identity: held })),
    fc.record({ kind: fc.constant('found' as const), identity: identities, recorded: fc.boolean() }),
    fc.record({ kind: fc.constant('notFound' as const), at }),
  ),
  secret: fc.constantFrom(
    { kind: 'unread' as const },
    { kind: 'absent' as const },
    { kind: 'foreign' as const },
    {
      kind: 'ours' as const,
      uid: 's',
      record: {
        requestId: 'one',
        identityId: 'id-1',
        method: 'Code' as const,
        expiresAt: 0,
        link: undefined,
      },
    },
  ),
  protection: fc.constantFrom(
    { kind: 'unread' as const },
    { kind: 'read' as const, identifiers: [] },
    { kind: 'read' as const, identifiers: ['x'] },
  ),
  learned: fc
    .record({
      identityId: maybe(fc.constantFrom('id-2', null)),
      created: maybe(fc.boolean()),
      sessionsEnded: maybe(fc.boolean()),
      unknownCreate: maybe(fc.record({ generation: fc.constantFrom(1, 2) })),
      conflicts: maybe(counted),
      patchRefusals: maybe(counted),
      mintAttempts: maybe(
        fc.record({ requestId: fc.constantFrom('one', 'two'), count: fc.constantFrom(0, 3) }),
      ),
      recovery: maybe(fc.option(recordOf, { nil: null })),
      troubledSince: maybe(at),
    })
    .map(dense),
  equals: maybe(fc.constantFrom({ digest: 'x', ids: [] })),
  obstacle: maybe(fc.constantFrom('', 'schema a', 'holders b')),
  fenced: fc.boolean(),
  vouched: fc.boolean(),
  firstTry: fc.boolean(),
  pendingIsNew: fc.boolean(),
  conflictToExplain: fc.boolean(),
  createRefused: fc.boolean(),
  patchRefusals: fc.constantFrom(0, 1, 2),
  probed: fc.boolean(),
  failure: maybe(failures),
  recoveryBlock: maybe(
    fc.constantFrom(
      'MethodDisabled' as const,
      'SecretConflict' as const,
      'Failed' as const,
      'Waiting' as const,
    ),
  ),
  absenceCountsFrom: fc.oneof(at, fc.constant(Number.POSITIVE_INFINITY)),
  remakeFrom: fc.constantFrom(0, NOW.mono, NOW.mono + 5_000),
});
