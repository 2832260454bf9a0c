import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { readCourierMessage, readCourierMessages } from '../../src/kratos/types/courier.ts';
import { readSelfServiceError } from '../../src/kratos/types/flow-error.ts';
import { readBatchCreateAnswer } from '../../src/kratos/types/identity.ts';
import { readRecoveryCode, readRecoveryLink } from '../../src/kratos/types/recovery.ts';
import { readIdentitySchema, readIdentitySchemas } from '../../src/kratos/types/schema.ts';
import { readHealthStatus, readVersion } from '../../src/kratos/types/service.ts';
import { readSession, readSessions } from '../../src/kratos/types/session.ts';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import { VERSIONS, type Version } from '../fixtures/kratos/recorded.ts';

/** The body of a recorded step. */
function body(version: Version, name: string): JsonValue {
  const step = STEPS[version].find((one) => one.name === name);
  if (step?.response.body === undefined) throw new Error(`nothing recorded from ${version} as "${name}"`);
  return step.response.body;
}

interface Step {
  readonly name: string;
  readonly response: { readonly body?: JsonValue };
}

const STEPS = Object.fromEntries(
  VERSIONS.map((version) => {
    const file = new URL(`../fixtures/recordings/kratos-${version}.json`, import.meta.url);
    return [version, JSON.parse(readFileSync(file, 'utf8')).steps];
  }),
) as Readonly<Record<Version, readonly Step[]>>;

const MODERN = ['1.0.0', '1.3.1', '26.2.0'] as const;
const T = '2026-11-23T15:49:00.500773237Z';

// The recordings have no session and no message; these are of the form that ory/kratos session/session.go and courier/message.go
// (v26.2.0) give them.
const SESSION: JsonObject = {
  id: 'a2b3',
  active: true,
  expires_at: T,
  authenticated_at: T,
  authenticator_assurance_level: 'aal1',
  authentication_methods: [{ method: 'oidc', aal: 'aal1', completed_at: T, provider: 'github' }],
  issued_at: T,
  identity: { id: 'i', schema_id: 'default', schema_url: '', traits: { a: 1 }, metadata_public: null },
  devices: [{ id: 'd', ip_address: '192.0.2.1', user_agent: 'curl', location: null }],
};
const MESSAGE: JsonObject = {
  id: 'm',
  status: 'sent',
  type: 'email',
  recipient: 'ada@example.org',
  body: '<redacted-unless-dev-mode>',
  subject: '',
  template_type: 'recovery_code_valid',
  channel: '',
  send_count: 1,
  created_at: T,
  updated_at: T,
};
const DISPATCH: JsonObject = { id: 'x', message_id: 'm', status: 'success', created_at: T, updated_at: T };
const ENTRY: JsonObject = { action: 'create', identity: 'i' };

const WRONG: readonly JsonValue[] = [null, 7.5, true, 'x', ['x'], { x: 1 }];

function kindOf(value: JsonValue | undefined): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'list' : typeof value;
}

type Read = (body: JsonValue | undefined) => unknown;

/** Each reader with a body it reads and the fields it cannot do without. */
const READERS: readonly (readonly [string, Read, JsonObject, readonly string[]])[] = [
  ['a session', readSession, SESSION, ['id']],
  ['a message', readCourierMessage, MESSAGE, Object.keys(MESSAGE).filter((key) => key !== 'channel')],
  ['a recovery link', readRecoveryLink, { recovery_link: 'http://x' }, ['recovery_link']],
  [
    'a recovery code',
    readRecoveryCode,
    { recovery_link: 'http://x', recovery_code: '1' },
    ['recovery_link', 'recovery_code'],
  ],
  ['a classic error', readSelfServiceError, { id: 'e', errors: [{ code: 500 }] }, ['id', 'errors']],
  ['a modern error', readSelfServiceError, { id: 'e', error: { code: 500 } }, ['id', 'error']],
  ['a batch answer', readBatchCreateAnswer, { identities: [ENTRY, null] }, ['identities']],
  ['a health status', readHealthStatus, { status: 'ok' }, ['status']],
  ['a version', readVersion, { version: '' }, ['version']],
];

describe.each(READERS)('%s', (_, read, good, required) => {
  it('is read, fields that nobody knows and all', () => {
    expect(read({ ...good, novel: [1] })).toBeDefined();
  });

  it.each(required)('is not read without %s, nor with another type there', (field) => {
    const { [field]: _gone, ...rest } = good;
    expect(read(rest)).toBeUndefined();
    for (const wrong of WRONG.filter((value) => kindOf(value) !== kindOf(good[field]))) {
      expect(read({ ...good, [field]: wrong })).toBeUndefined();
    }
  });

  it.each<JsonValue | undefined>([undefined, 7, 'text', [[good]], { error: { code: 404, message: 'no' } }])(
    'is not read from %j',
    (wrong) => {
      expect(read(wrong)).toBeUndefined();
    },
  );
});

describe('a reader', () => {
  it('hands on the very body', () => {
    const session: JsonObject = { ...SESSION, novel: 1 };
    expect(readSession(session)).toBe(session);
  });

  it('lets no key of a prototype pass for a field', () => {
    expect(readSession(JSON.parse('{"__proto__":{"id":"i"}}'))).toBeUndefined();
  });
});

describe('a session', () => {
  it('may lack whatever its version does not have, and hold null for what was not asked for', () => {
    expect(
      readSession({ id: 's', identity: null, devices: null, authentication_methods: null }),
    ).toBeDefined();
    expect(readSession({ id: 's' })).toBeDefined();
  });

  it.each<[string, JsonValue]>([
    ['active', 'yes'],
    ['expires_at', 5],
    ['authenticated_at', null],
    ['authentication_methods', [{ method: 1 }]],
    ['identity', { id: 'i' }],
    ['identity', []],
    ['devices', [{ ip_address: 'x' }]],
    ['devices', {}],
  ])('is not read with a %s that misleads: %j', (field, wrong) => {
    expect(readSession({ ...SESSION, [field]: wrong })).toBeUndefined();
  });

  it('of the wrong shape spoils its whole list', () => {
    expect(readSessions([SESSION, SESSION])).toHaveLength(2);
    expect(readSessions([SESSION, {}])).toBeUndefined();
    expect(readSessions(SESSION)).toBeUndefined();
  });

  it.each(MODERN)('%s: an identity that never logged in has none', (version) => {
    expect(readSessions(body(version, 'sessions of ada'))).toEqual([]);
  });

  it('of nobody is null on v0.9 and v0.10', () => {
    expect(readSessions(null)).toEqual([]);
  });
});

describe('a courier message', () => {
  it('shows its dispatches when asked for alone', () => {
    const message: JsonObject = { ...MESSAGE, dispatches: [{ ...DISPATCH, error: 'refused' }] };
    expect(readCourierMessage(message)).toBe(message);
  });

  it.each(Object.keys(DISPATCH))('is not read with a dispatch without %s', (field) => {
    const { [field]: _gone, ...dispatch } = DISPATCH;
    expect(readCourierMessage({ ...MESSAGE, dispatches: [dispatch] })).toBeUndefined();
  });

  it('is in no state and of no type that the server does not know', () => {
    expect(readCourierMessage({ ...MESSAGE, status: 'lost' })).toBeUndefined();
    expect(readCourierMessage({ ...MESSAGE, type: 'fax' })).toBeUndefined();
    expect(readCourierMessage({ ...MESSAGE, type: 'phone' })).toBeDefined();
    expect(readCourierMessage({ ...MESSAGE, template_type: 'of tomorrow' })).toBeDefined();
  });

  it('of the wrong shape spoils its whole list', () => {
    expect(readCourierMessages([MESSAGE])).toHaveLength(1);
    expect(readCourierMessages([])).toEqual([]);
    expect(readCourierMessages([MESSAGE, null])).toBeUndefined();
    expect(readCourierMessages(null)).toBeUndefined();
  });
});

describe('a list of schemas', () => {
  test.each(MODERN)('%s: names each by its raw id', (version) => {
    const schemas = readIdentitySchemas(body(version, 'schemas public list'));
    expect(schemas?.map(({ id }) => id)).toEqual(['default', 'note']);
  });

  it('may hold the text of a schema in base64, as v0.11 sends it', () => {
    expect(readIdentitySchemas([{ id: 'default', schema: 'e30=' }])).toHaveLength(1);
  });

  it('is null for a page beyond the last', () => {
    expect(readIdentitySchemas(null)).toEqual([]);
  });

  it.each<JsonValue>([
    {},
    [{ id: 'a' }],
    [{ schema: {} }],
    [{ id: '', schema: {} }],
    [{ id: 'a', schema: [] }],
  ])('is not read from %j', (wrong) => {
    expect(readIdentitySchemas(wrong)).toBeUndefined();
  });

  it('is not needed for one: that is the bare document', () => {
    const schema = body('26.2.0', 'schema public');
    expect(readIdentitySchema(schema)).toBe(schema);
    expect(readIdentitySchema([])).toBeUndefined();
    expect(readIdentitySchema('404 page not found')).toBeUndefined();
  });
});

describe('a self-service error', () => {
  it('of v0.5 has a list of causes', () => {
    const error = readSelfServiceError(body('0.5.5', 'error stub, admin'));
    expect(error && 'errors' in error ? error.errors.map(({ code }) => code) : undefined).toEqual([500]);
  });

  test.each(MODERN)('of %s has one', (version) => {
    const error = readSelfServiceError(body(version, 'error stub, public'));
    expect(error && 'error' in error ? error.error.reason : undefined).toBe('This is a stub error.');
  });

  it('may be one of the schema validator, with fields of its own', () => {
    expect(readSelfServiceError({ id: 'e', error: { Message: 'no', InstancePtr: '#' } })).toBeDefined();
  });

  it.each<[string, JsonValue]>([
    ['a code that is text', { id: 'e', error: { code: '500' } }],
    ['a list where v0.7 has one error', { id: 'e', error: [{ code: 500 }] }],
    ['one error where v0.5 has a list', { id: 'e', errors: { code: 500 } }],
    ['a refusal', { error: { code: 404, message: 'Unable to locate the resource' } }],
  ])('is not read from %s', (_, wrong) => {
    expect(readSelfServiceError(wrong)).toBeUndefined();
  });
});

describe('a batch answer', () => {
  test.each(MODERN)('%s: names who was created, and the patch id where one was given', (version) => {
    const answer = readBatchCreateAnswer(body(version, 'batch create 2'));
    expect(answer?.identities.map((entry) => [entry?.action, entry?.patch_id])).toEqual([
      ['create', 'ffffffff-0000-4000-8000-000000000001'],
      ['create', undefined],
    ]);
  });

  test.each(['1.3.1', '26.2.0'] as const)('%s: says of each why it was refused', (version) => {
    const answer = readBatchCreateAnswer(body(version, 'batch create one conflict'));
    const codes = answer?.identities.map((entry) => entry?.action === 'error' && entry.error.code);
    expect(codes).toEqual([false, 409]);
  });

  it.each<JsonObject>([
    { action: 'create' },
    { action: 'create', identity: '' },
    { action: 'create', identity: 'i', patch_id: 1 },
    { action: 'error' },
    { action: 'error', error: 'no' },
    { action: 'update', identity: 'i' },
    { identity: 'i' },
  ])('is not read with the entry %j', (entry) => {
    expect(readBatchCreateAnswer({ identities: [ENTRY, entry] })).toBeUndefined();
  });
});

describe('recovery', () => {
  test.each(VERSIONS)('%s: a link says when it ends', (version) => {
    const link = readRecoveryLink(body(version, 'recovery link'));
    expect(link && Number.isFinite(Date.parse(link.expires_at ?? ''))).toBe(true);
  });

  test.each(MODERN)('%s: a code comes with the page to enter it', (version) => {
    const code = readRecoveryCode(body(version, 'recovery code'));
    expect(code?.recovery_link).toMatch(/^http:.*\?flow=/);
  });

  it('with an end that is no text is not read', () => {
    expect(readRecoveryLink({ recovery_link: 'http://x', expires_at: 5 })).toBeUndefined();
    expect(
      readRecoveryCode({ recovery_link: 'http://x', recovery_code: '1', expires_at: null }),
    ).toBeUndefined();
  });
});

describe('the service', () => {
  it('is well', () => {
    expect(readHealthStatus(body('0.5.5', 'probe /health/ready'))).toEqual({ status: 'ok' });
    expect(readHealthStatus(body('26.2.0', 'probe /admin/health/ready'))).toEqual({ status: 'ok' });
    expect(readHealthStatus({ status: 'error' })).toBeUndefined();
  });

  it('tells its version, which a build without a tag does not know', () => {
    expect(readVersion(body('0.5.5', 'probe /version'))).toBe('');
    expect(readVersion(body('1.3.1', 'probe /admin/version'))).toMatch(/^(master|v1\.3\.1)$/);
  });
});
