import { describe, expect, it } from 'vitest';
import { readCourierMessage } from '../../src/kratos/types/courier.ts';
import { readFlow } from '../../src/kratos/types/flow.ts';
import { readSelfServiceError } from '../../src/kratos/types/flow-error.ts';
import { readBatchCreateAnswer } from '../../src/kratos/types/identity.ts';
import { readSession } from '../../src/kratos/types/session.ts';
import { isObject, type JsonObject, type JsonValue } from '../../src/model/json.ts';

/*
 * Answers with every field that their readers look at, none of which may be of another type. They are of the form that the Go
 * structs of v0.5.5-alpha.1 and v26.2.0 give them.
 */

const T = '2026-11-23T15:49:00.500773237Z';
const TIMES: JsonObject = { created_at: T, updated_at: T };

const IDENTITY: JsonObject = {
  id: 'i',
  schema_id: 'default',
  schema_url: 'http://x/schemas/ZGVmYXVsdA',
  traits: {},
  state: 'active',
  state_changed_at: T,
  credentials: {
    password: { type: 'password', identifiers: ['ada'], config: {}, version: 0, ...TIMES },
  },
  verifiable_addresses: [{ value: 'ada@example.org', verified: true, via: 'email', status: 'completed' }],
  recovery_addresses: [{ value: 'ada@example.org', via: 'email' }],
  organization_id: 'o',
  external_id: 'e',
  ...TIMES,
};

const METHOD: JsonObject = {
  method: 'oidc',
  aal: 'aal1',
  completed_at: T,
  provider: 'github',
  organization: 'o',
};

const SESSION: JsonObject = {
  id: 's',
  active: true,
  expires_at: T,
  authenticated_at: T,
  authenticator_assurance_level: 'aal1',
  authentication_methods: [METHOD],
  issued_at: T,
  identity: IDENTITY,
  devices: [{ id: 'd', ip_address: '192.0.2.1', user_agent: 'curl', location: 'Paris, FR' }],
  tokenized: 'jwt',
};

const MESSAGE: JsonObject = {
  id: 'm',
  status: 'abandoned',
  type: 'sms',
  recipient: '+33123456789',
  body: 'b',
  subject: '',
  template_type: 'login_code_valid',
  channel: 'sms',
  send_count: 5,
  dispatches: [{ id: 'x', message_id: 'm', status: 'failed', ...TIMES }],
  ...TIMES,
};

const ERROR: JsonObject = { code: 500, reason: 'r', message: 'm' };

const BATCH: JsonObject = {
  identities: [
    { action: 'create', identity: 'i', patch_id: 'p' },
    { action: 'error', error: ERROR, patch_id: 'q' },
  ],
};

const TEXT: JsonObject = { id: 1, text: 'Sign in', type: 'info', context: {} };
const BASICS: JsonObject = {
  id: 'f',
  type: 'browser',
  expires_at: T,
  issued_at: T,
  request_url: 'http://x',
  active: 'password',
};

const FIELD: JsonObject = {
  name: 'password',
  type: 'password',
  disabled: false,
  required: true,
  messages: [TEXT],
};
const FORM: JsonObject = {
  action: 'http://x',
  method: 'POST',
  fields: [FIELD],
  messages: [TEXT],
  providers: [FIELD],
};
const CLASSIC: JsonObject = {
  ...BASICS,
  messages: [TEXT],
  methods: { password: { method: 'password', config: FORM } },
};

const NODE: JsonObject = {
  type: 'input',
  group: 'default',
  attributes: { name: 'identifier', node_type: 'input' },
  messages: [TEXT],
  meta: { label: TEXT },
};
const MODERN: JsonObject = {
  ...BASICS,
  ui: { action: 'http://x', method: 'POST', nodes: [NODE], messages: [TEXT] },
  return_to: 'http://y',
  transient_payload: {},
};
const ENTRY: JsonObject = {
  ...MODERN,
  state: 'choose_method',
  organization_id: 'o',
  oauth2_login_challenge: 'c',
  oauth2_login_request: {},
  session_token_exchange_code: 'x',
  identity_schema: 'default',
};
const CONTINUED: JsonObject = { ...MODERN, state: 'show_form', continue_with: [{}] };
const LOGIN: JsonObject = { ...ENTRY, refresh: true, requested_aal: 'aal2', ...TIMES };

describe.each<[string, (body: JsonValue) => unknown, JsonObject]>([
  ['a session', readSession, SESSION],
  ['a message', readCourierMessage, MESSAGE],
  ['a batch answer', readBatchCreateAnswer, BATCH],
  ['a classic error', readSelfServiceError, { id: 'e', errors: [ERROR] }],
  ['a modern error', readSelfServiceError, { id: 'e', error: ERROR, ...TIMES }],
  ['a classic login flow', (body) => readFlow('login', body), { ...CLASSIC, forced: true }],
  ['a classic registration flow', (body) => readFlow('registration', body), CLASSIC],
  ['a classic recovery flow', (body) => readFlow('recovery', body), { ...CLASSIC, state: 'sent_email' }],
  [
    'a classic settings flow',
    (body) => readFlow('settings', body),
    { ...CLASSIC, state: 'success', identity: IDENTITY },
  ],
  ['a modern login flow', (body) => readFlow('login', body), LOGIN],
  ['a modern registration flow', (body) => readFlow('registration', body), ENTRY],
  ['a modern recovery flow', (body) => readFlow('recovery', body), CONTINUED],
  ['a modern settings flow', (body) => readFlow('settings', body), { ...CONTINUED, identity: IDENTITY }],
  [
    'a modern verification flow',
    (body) => readFlow('verification', body),
    { ...MODERN, state: 'sent_email' },
  ],
])('%s', (_, read, whole) => {
  it('is read whole', () => {
    expect(read(whole)).toBe(whole);
  });

  it.each(spoiled(whole))('is not read with a list of lists for %s', (_path, body) => {
    expect(read(body)).toBeUndefined();
  });
});

/** The value once for each place in it, with what no field can be in that place. */
function spoiled(value: JsonValue, path = ''): readonly (readonly [string, JsonValue])[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) =>
      within(item, `${path}/${index}`).map(([at, bad]) => [at, value.with(index, bad)] as const),
    );
  }
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    within(item, `${path}/${key}`).map(([at, bad]) => [at, { ...value, [key]: bad }] as const),
  );
}

function within(item: JsonValue, path: string): readonly (readonly [string, JsonValue])[] {
  return [[path, [[]]], ...spoiled(item, path)];
}
