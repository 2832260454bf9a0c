import { type AdminApi, adminApi } from '../../src/kratos/admin-api.ts';
import { KratosClient } from '../../src/kratos/client.ts';
import { Connection, type KratosOptions } from '../../src/kratos/connection.ts';
import { Server } from '../../src/kratos/server.ts';
import type { Capabilities } from '../../src/model/identity.ts';
import { isObject, type JsonObject, type JsonValue } from '../../src/model/json.ts';
import { CANARY } from './kratos-malformed-canary.ts';
import { CHANGE, CURRENT, drain, ID } from './kratos-operations.ts';
import { CLASSIC, MODERN } from './kratos-server.ts';

/** What tells one operation from another, as far as answers mean something else to it. */
export type Kind =
  | 'list'
  /** Each page of it has to say whether it is the last. */
  | 'keyset'
  /** Its pages are counted: a short one is the last. */
  | 'numbered'
  /** It names one thing, whose absence Kratos answers with 404. */
  | 'one'
  /** Its answer has to be of the id that was asked for. */
  | 'named'
  /** Success is 204, and no body. */
  | 'nothing'
  /** Success is 204 too. */
  | 'orNothing'
  /** Any JSON object is a success. */
  | 'anyObject'
  /** `null` is how old servers write an empty list. */
  | 'nullIsEmpty'
  /** `null` is how v0.5 says that there is none. */
  | 'nullIsAbsent'
  /** Success is text, of no end of its own. */
  | 'text'
  /** Any text is a success, the empty one too. */
  | 'anyText'
  /** Later servers redirect it to their public port: what was asked is then the public one, which is not configured here. */
  | 'moved'
  /** The absence of what it is about is no failure. */
  | 'absenceIsFine'
  /** A server that leaves it to a public port that is not known is no failure. */
  | 'movedIsFine'
  /** A server that lacks the path of one generation is asked for that of the other. */
  | 'bothPaths';

export interface Operation {
  readonly name: string;
  readonly mutates: boolean;
  /** The port that is to be asked, and no other. */
  readonly port: 'admin' | 'public';
  readonly run: (options: KratosOptions) => { readonly result: Promise<unknown>; close(): Promise<void> };
  /** The right answer. */
  readonly status: number;
  readonly body: JsonValue | undefined;
  readonly kinds: ReadonlySet<Kind>;
  /** The field without which an answer, or an item of it, is none. */
  readonly key: string;
}

const OTHER = '7d0b2f5e-92c4-4d0e-8f0a-0d1f5c2b7a11';
const NOTE = CANARY.answer;
const TIME = '2026-01-01T00:00:00Z';
const WIRE = {
  id: ID,
  schema_id: 'default',
  schema_url: `http://kratos/schemas/${NOTE}`,
  traits: { note: NOTE },
  state: 'active',
  metadata_public: { note: NOTE },
};
const SESSION = { id: ID, active: true, devices: [{ id: OTHER, user_agent: NOTE }] };
const MESSAGE = {
  id: ID,
  status: 'sent',
  type: 'email',
  recipient: NOTE,
  body: NOTE,
  subject: NOTE,
  template_type: 'recovery_code_valid',
  send_count: 1,
  created_at: TIME,
  updated_at: TIME,
};
const FORM = { action: `http://kratos/${NOTE}`, method: 'POST' };
const FLOW = { id: ID, type: 'api', expires_at: TIME, issued_at: TIME, request_url: `http://kratos/${NOTE}` };
const MODERN_FLOW = { ...FLOW, state: 'choose_method', ui: { ...FORM, nodes: [] }, identity: WIRE };
const CLASSIC_FLOW = {
  ...FLOW,
  state: 'choose_method',
  methods: { password: { method: 'password', config: { ...FORM, fields: [] } } },
};
const ERROR = { id: ID, error: { code: 500, message: NOTE } };
const SCHEMA = { type: 'object', title: NOTE };
const LINK = { recovery_link: `http://kratos/?token=${NOTE}`, expires_at: TIME };
const CODE = { ...LINK, recovery_code: NOTE };
const HEALTH = { status: 'ok' };
const METRICS = `# HELP a b\n# TYPE a gauge\na{note="${NOTE}"} 1\n`;

const TRAITS = { note: CANARY.request };
const PATCH = [{ op: 'add', path: '/traits/note', value: CANARY.request }] as const;

type Api = (api: AdminApi) => Promise<unknown>;

const API: readonly Operation[] = [
  of('getIdentity', WIRE, ['one', 'named'], (api) => api.getIdentity(ID)),
  of('getIdentityByExternalId', { ...WIRE, external_id: ID }, ['one'], (api) =>
    api.getIdentityByExternalId(ID),
  ),
  of('listIdentities', [WIRE], ['list'], (api) => api.listIdentities({ pageSize: 2 })),
  of('walkIdentities by keyset', [WIRE], ['list', 'keyset'], (api) => drain(api.walkIdentities())),
  of('walkIdentities by number', [WIRE], ['list', 'numbered'], (api) => drain(api.walkIdentities()), CLASSIC),
  ...mutations([
    of('createIdentity', WIRE, [], (api) => api.createIdentity({ traits: TRAITS }), MODERN, 201),
    of('updateIdentity', WIRE, ['one', 'named'], (api) => api.updateIdentity(ID, { traits: TRAITS })),
    of('patchIdentity', WIRE, ['one', 'named'], (api) => api.patchIdentity(ID, PATCH)),
    nothing('deleteIdentity', (api) => api.deleteIdentity(ID)),
    nothing('deleteIdentityCredential', (api) => api.deleteIdentityCredential(ID, 'totp')),
    {
      ...of('batchCreateIdentities', { identities: [{ action: 'create', identity: ID }] }, [], (api) =>
        api.batchCreateIdentities([{ traits: TRAITS }]),
      ),
      key: 'identities',
    },
    {
      ...of('createRecoveryLink', LINK, ['one'], (api) => api.createRecoveryLink({ identity_id: ID })),
      key: 'recovery_link',
    },
    {
      ...of(
        'createRecoveryCode',
        CODE,
        ['one'],
        (api) => api.createRecoveryCode({ identity_id: ID }),
        MODERN,
        201,
      ),
      key: 'recovery_code',
    },
    nothing('disableSession', (api) => api.disableSession(ID)),
    of('extendSession', SESSION, ['one', 'named', 'orNothing'], (api) => api.extendSession(ID)),
    nothing('deleteIdentitySessions', (api) => api.deleteIdentitySessions(ID)),
  ]),
  of('listIdentitySessions', [SESSION], ['list', 'nullIsEmpty'], (api) => api.listIdentitySessions(ID)),
  of('listSessions', [SESSION], ['list', 'nullIsEmpty'], (api) => api.listSessions()),
  of('getSession', SESSION, ['one', 'named'], (api) => api.getSession(ID)),
  of('listCourierMessages', [MESSAGE], ['list'], (api) => api.listCourierMessages()),
  of('getCourierMessage', MESSAGE, ['one', 'named'], (api) => api.getCourierMessage(ID)),
  { ...of('isAlive', HEALTH, [], (api) => api.isAlive()), key: 'status' },
  { ...of('isReady', HEALTH, [], (api) => api.isReady()), key: 'status' },
  { ...of('getVersion', { version: NOTE }, ['anyText'], (api) => api.getVersion()), key: 'version' },
  of('prometheus', METRICS, ['text'], (api) => api.prometheus()),
  of(
    'getSchema of a classic server',
    SCHEMA,
    ['one', 'anyObject', 'moved'],
    (api) => api.getSchema(ID),
    CLASSIC,
  ),
  of(
    'a login flow of a classic server',
    CLASSIC_FLOW,
    ['one', 'named', 'moved'],
    (api) => api.getSelfServiceLoginFlow(ID),
    CLASSIC,
  ),
  of(
    'a verification flow of a classic server',
    CLASSIC_FLOW,
    ['one', 'named', 'moved', 'nullIsAbsent'],
    (api) => api.getSelfServiceVerificationFlow(ID),
    CLASSIC,
  ),
  ...onPublicPort([
    of('getSchema', SCHEMA, ['one', 'anyObject'], (api) => api.getSchema(ID)),
    of('listSchemas', [{ id: ID, schema: SCHEMA }], ['list', 'nullIsEmpty'], (api) => api.listSchemas()),
    of('a login flow', MODERN_FLOW, ['one', 'named'], (api) => api.getSelfServiceLoginFlow(ID)),
    of('a registration flow', MODERN_FLOW, ['one', 'named'], (api) => api.getSelfServiceRegistrationFlow(ID)),
    of('a recovery flow', MODERN_FLOW, ['one', 'named'], (api) => api.getSelfServiceRecoveryFlow(ID)),
    of('a settings flow', MODERN_FLOW, ['one', 'named'], (api) => api.getSelfServiceSettingsFlow(ID)),
    of('a verification flow', MODERN_FLOW, ['one', 'named'], (api) => api.getSelfServiceVerificationFlow(ID)),
    // A stub's id is made up.
    of('getSelfServiceError', ERROR, ['one'], (api) => api.getSelfServiceError(ID)),
  ]),
];

const WANTED = {
  schemaId: 'default',
  traits: TRAITS,
  state: 'active',
  metadataPublic: undefined,
  metadataAdmin: undefined,
  externalId: ID,
} as const;
const EDIT = { ...CHANGE, traits: [{ op: 'set', path: ['note'], value: CANARY.request }] } as const;

const CLIENT: readonly Operation[] = [
  client('getIdentity', WIRE, ['one', 'named'], (kratos) => kratos.getIdentity(MODERN, ID)),
  client('getIdentityByExternalId', { ...WIRE, external_id: ID }, ['one'], (kratos) =>
    kratos.getIdentityByExternalId(MODERN, ID),
  ),
  client('findByIdentifier', [WIRE], ['list'], (kratos) => kratos.findByIdentifier(MODERN, ID)),
  client('listIdentities', [WIRE], ['list', 'keyset'], (kratos) => drain(kratos.listIdentities(MODERN))),
  client('getSchema', SCHEMA, ['one', 'anyObject', 'moved', 'absenceIsFine', 'movedIsFine'], (kratos) =>
    kratos.getSchema(CLASSIC, ID),
  ),
  { ...client('ready', HEALTH, ['bothPaths'], (kratos) => kratos.ready()), key: 'status' },
  ...mutations([
    {
      ...client('createIdentity', WIRE, [], (kratos) => kratos.createIdentity(MODERN, WANTED, () => {})),
      status: 201,
    },
    client('updateIdentity by patch', WIRE, ['one', 'named'], (kratos) =>
      kratos.updateIdentity(MODERN, CURRENT, EDIT),
    ),
    client('updateIdentity by put', WIRE, ['one', 'named'], (kratos) =>
      kratos.updateIdentity(CLASSIC, CURRENT, EDIT),
    ),
    clientNothing('deleteIdentity', [], (kratos) => kratos.deleteIdentity(MODERN, ID)),
    clientNothing('endSessions', ['absenceIsFine'], (kratos) => kratos.endSessions(MODERN, ID)),
    {
      ...client('createRecoveryLink', LINK, ['one'], (kratos) => kratos.createRecoveryLink(MODERN, ID, 60)),
      key: 'recovery_link',
    },
    {
      ...client('createRecoveryCode', CODE, ['one'], (kratos) => kratos.createRecoveryCode(MODERN, ID, 60)),
      key: 'recovery_code',
      status: 201,
    },
  ]),
];

export const OPERATIONS: readonly Operation[] = [...API, ...CLIENT];

/** The right answer with another value under its key, in the item where it is a list; `undefined` where there is no such field. */
export function withKey(
  { body, kinds, key }: Operation,
  value: JsonValue | undefined,
): JsonValue | undefined {
  if (kinds.has('anyObject')) return undefined;
  return changed(body, (one) => {
    const rest = Object.fromEntries(Object.entries(one).filter(([name]) => name !== key));
    return value === undefined ? rest : { ...rest, [key]: value };
  });
}

/** The right answer, each object of it changed; `undefined` where it is neither an object nor a list of them. */
export function changed(
  body: JsonValue | undefined,
  change: (one: JsonObject) => JsonValue,
): JsonValue | undefined {
  if (Array.isArray(body)) return body.map((item: JsonValue) => (isObject(item) ? change(item) : item));
  return isObject(body) ? change(body) : undefined;
}

function of(
  name: string,
  body: JsonValue | undefined,
  kinds: readonly Kind[],
  ask: Api,
  has: Capabilities = MODERN,
  status = 200,
): Operation {
  const run = (options: KratosOptions) => {
    const connection = new Connection(options);
    return { result: ask(adminApi(new Server(connection, has))), close: () => connection.close() };
  };
  return { name, mutates: false, port: 'admin', run, status, body, kinds: new Set(kinds), key: 'id' };
}

function nothing(name: string, ask: Api): Operation {
  return of(name, undefined, ['one', 'nothing'], ask, MODERN, 204);
}

function client(
  name: string,
  body: JsonValue | undefined,
  kinds: readonly Kind[],
  ask: (kratos: KratosClient) => Promise<unknown>,
): Operation {
  const run = (options: KratosOptions) => {
    const kratos = new KratosClient(options);
    return { result: ask(kratos), close: () => kratos.close() };
  };
  return { ...of(`KratosClient ${name}`, body, kinds, async () => {}), run };
}

function clientNothing(
  name: string,
  kinds: readonly Kind[],
  ask: (kratos: KratosClient) => Promise<unknown>,
): Operation {
  return { ...client(name, undefined, ['one', 'nothing', ...kinds], ask), status: 204 };
}

function mutations(operations: readonly Operation[]): readonly Operation[] {
  return operations.map((operation) => ({ ...operation, mutates: true }));
}

function onPublicPort(operations: readonly Operation[]): readonly Operation[] {
  return operations.map((operation) => ({ ...operation, port: 'public' }));
}
