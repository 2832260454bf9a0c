import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import type { FlowKind } from '../../src/kratos/dialect.ts';
import { readFlow } from '../../src/kratos/types/flow.ts';
import { isObject, type JsonObject, type JsonValue } from '../../src/model/json.ts';

const FLOWS: Readonly<Record<string, Readonly<Record<string, JsonObject>>>> = JSON.parse(
  readFileSync(new URL('../fixtures/kratos/flows.json', import.meta.url), 'utf8'),
);

/** Recorded from a real server: the kind of flow, or a name for another of it. */
function flow(version: string, name: string): JsonObject {
  const found = FLOWS[version]?.[name];
  if (!found) throw new Error(`nothing recorded from ${version} as "${name}"`);
  return found;
}

const IDENTITY: JsonObject = {
  id: 'i',
  schema_id: 'default',
  schema_url: 'http://x/schemas/a',
  traits: null,
};

/** No settings flow was recorded; it is a verification flow with an identity (ory/kratos selfservice/flow/settings/flow.go). */
const SETTINGS: Readonly<Record<string, JsonObject>> = {
  '0.5.5': { ...flow('0.5.5', 'verification'), state: 'show_form', identity: IDENTITY },
  '26.2.0': { ...flow('26.2.0', 'verification'), state: 'show_form', identity: IDENTITY },
};

const RECORDED = ['0.5.5', '1.3.1', '26.2.0'].flatMap((version) =>
  (['login', 'registration', 'recovery', 'verification'] as const).map(
    (kind) => [version, kind, flow(version, kind)] as const,
  ),
);

const ALL: readonly (readonly [string, FlowKind, JsonObject])[] = [
  ...RECORDED,
  ...Object.entries(SETTINGS).map(([version, body]) => [version, 'settings', body] as const),
];

function required(version: string, kind: FlowKind): readonly string[] {
  return [
    'id',
    'type',
    'expires_at',
    'issued_at',
    'request_url',
    version === '0.5.5' ? 'methods' : 'ui',
    ...(kind === 'login' || kind === 'registration' ? [] : ['state']),
    ...(kind === 'settings' ? ['identity'] : []),
  ];
}

describe.each(ALL)('%s: a %s flow', (version, kind, body) => {
  it('is handed on as it came, fields that nobody knows and all', () => {
    const more: JsonObject = { ...body, novel: { a: 1 } };
    expect(readFlow(kind, body)).toBe(body);
    expect(readFlow(kind, more)).toBe(more);
  });

  it.each(required(version, kind))('is not read without %s, nor with another type there', (field) => {
    const { [field]: _gone, ...rest } = body;
    expect(readFlow(kind, rest)).toBeUndefined();
    for (const wrong of [null, 1, true, ['x'], { x: 1 }]) {
      expect(readFlow(kind, { ...body, [field]: wrong })).toBeUndefined();
    }
  });

  it('is not one with an active method that is no text', () => {
    expect(readFlow(kind, { ...body, active: 1 })).toBeUndefined();
  });
});

describe('a flow', () => {
  it('tells its generation by what it holds', () => {
    const classic = readFlow('login', flow('0.5.5', 'login'));
    const modern = readFlow('login', flow('26.2.0', 'login'));
    expect(classic && 'methods' in classic ? Object.keys(classic.methods) : undefined).toEqual(['password']);
    expect(modern && 'ui' in modern ? modern.ui.nodes.map(({ attributes }) => attributes.name) : []).toEqual([
      'csrf_token',
      'identifier',
      'password',
      'method',
    ]);
  });

  it('of a recovery code can be followed by its state', () => {
    expect(readFlow('recovery', flow('26.2.0', 'recovery of a code'))?.state).toBe('sent_email');
  });

  it.each<JsonValue | undefined>([undefined, null, [], 'text', { error: { code: 404, message: 'no' } }])(
    'is not read from %j',
    (wrong) => {
      expect(readFlow('verification', wrong)).toBeUndefined();
    },
  );

  it.each<[string, JsonValue]>([
    ['type', 'app'],
    ['refresh', 'no'],
    ['requested_aal', 1],
    ['organization_id', 1],
    ['oauth2_login_request', 'x'],
    ['return_to', null],
    ['transient_payload', []],
    ['created_at', 0],
  ])('of v26 is not one with a %s that misleads: %j', (field, wrong) => {
    expect(readFlow('login', { ...flow('26.2.0', 'login'), [field]: wrong })).toBeUndefined();
  });

  it('of v0.6 has no state at login and may be forced', () => {
    const { state: _state, refresh: _refresh, ...rest } = flow('26.2.0', 'login');
    expect(readFlow('login', { ...rest, forced: true })).toBeDefined();
    expect(readFlow('login', { ...rest, forced: 'yes' })).toBeUndefined();
  });

  it('goes on only with a list', () => {
    const recovery = flow('26.2.0', 'recovery');
    expect(
      readFlow('recovery', { ...recovery, continue_with: [{ action: 'show_settings_ui' }] }),
    ).toBeDefined();
    expect(readFlow('recovery', { ...recovery, continue_with: {} })).toBeUndefined();
  });

  it('may be in a state, and hold nodes, that only a later server knows', () => {
    const node = { type: 'orb', group: 'orbs', attributes: {}, messages: [], meta: {} };
    const body = { ...flow('26.2.0', 'recovery'), state: 'of tomorrow' };
    expect(readFlow('recovery', withUi(body, { nodes: [node] }))).toBeDefined();
  });
});

describe('the form of a modern flow', () => {
  const TEXT: JsonObject = { id: 1, text: 'Sign in', type: 'info' };
  const NODE: JsonObject = {
    type: 'input',
    group: 'default',
    attributes: {},
    messages: [TEXT],
    meta: { label: TEXT },
  };
  const read = (ui: JsonObject) => readFlow('login', withUi(flow('26.2.0', 'login'), ui));

  it('may have messages', () => {
    expect(read({ nodes: [NODE], messages: [TEXT] })).toBeDefined();
  });

  it.each<[string, JsonObject]>([
    ['no action', { action: null }],
    ['no method', { method: 1 }],
    ['no nodes', { nodes: {} }],
    ['messages that are no list', { messages: TEXT }],
    ['a message without text', { messages: [{ id: 1, type: 'info' }] }],
    ['a message with a text for an id', { messages: [{ ...TEXT, id: '1' }] }],
    ['a node that is none', { nodes: ['node'] }],
    ['a node without attributes', { nodes: [{ ...NODE, attributes: null }] }],
    ['a node without a group', { nodes: [{ ...NODE, group: 1 }] }],
    ['a node whose name is no text', { nodes: [{ ...NODE, attributes: { name: 1 } }] }],
    ['a label that is a text', { nodes: [{ ...NODE, meta: { label: 'Sign in' } }] }],
  ])('is not read with %s', (_, ui) => {
    expect(read(ui)).toBeUndefined();
  });
});

describe('the forms of a classic flow', () => {
  const read = (change: (form: JsonObject) => JsonObject) => {
    const body = flow('0.5.5', 'login');
    const { methods } = body;
    const password = isObject(methods) && isObject(methods.password) ? methods.password : {};
    const config = isObject(password.config) ? change(password.config) : {};
    return readFlow('login', { ...body, methods: { password: { ...password, config } } });
  };

  it('may have providers, or null for none', () => {
    const field = { name: 'provider', type: 'submit', value: 'github' };
    expect(read((form) => ({ ...form, providers: [field] }))).toBeDefined();
    expect(read((form) => ({ ...form, providers: null }))).toBeDefined();
  });

  it.each<[string, JsonObject]>([
    ['no action', { action: null }],
    ['no fields', { fields: null }],
    ['a field without a name', { fields: [{ type: 'text' }] }],
    ['a field that is required in words', { fields: [{ name: 'a', type: 'text', required: 'yes' }] }],
    ['providers that are no list', { providers: {} }],
  ])('are not read with %s', (_, wrong) => {
    expect(read((form) => ({ ...form, ...wrong }))).toBeUndefined();
  });

  test('a method without a form is none', () => {
    const body = flow('0.5.5', 'login');
    expect(readFlow('login', { ...body, methods: { password: { method: 'password' } } })).toBeUndefined();
    expect(readFlow('login', { ...body, methods: [] })).toBeUndefined();
    expect(readFlow('login', { ...body, messages: 'none' })).toBeUndefined();
  });
});

function withUi(body: JsonObject, ui: JsonObject): JsonObject {
  return { ...body, ui: { ...(isObject(body.ui) ? body.ui : {}), ...ui } };
}
