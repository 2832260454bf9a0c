import { isObject, type JsonObject, type JsonValue } from '../../../src/model/json.ts';
import { badRequest, noContent, notFound, Refused } from './answer.ts';
import { validated } from './drafts.ts';
import { scalarText } from './go-json.ts';
import type { Credential, IdentityRecord } from './identity.ts';
import { type Dialect, isSince } from './version.ts';
import type { Call, Handler, World } from './world.ts';

const KNOWN = ['password', 'oidc', 'totp', 'lookup_secret', 'webauthn', 'link_recovery', 'code_recovery'];
const TOKENS = { initial_id_token: '', initial_access_token: '', initial_refresh_token: '' };

/**
 * The credential types a request wants shown with their config. Throws `Refused` for one this release does not know.
 * Only the list of v26.2 names it; everywhere else the reason shows the types that were read before it.
 */
export function included(
  { version, modern }: Dialect,
  query: URLSearchParams,
  namesUnknown = false,
): readonly string[] {
  if (!modern) return [];
  const [known, asked] =
    version === '0.10'
      ? [['oidc', ''], [query.get('include_credential') ?? '']]
      : [knownTypes(version), query.getAll('include_credential')];
  const unknown = asked.findIndex((type) => !known.includes(type));
  if (unknown === -1) return asked;
  const before = `[${asked.slice(0, unknown).join(' ')}]`;
  const told = namesUnknown || version === '0.10' ? asked[unknown] : before;
  throw badRequest(`Invalid value \`${told}\` for parameter \`include_credential\`.`);
}

function knownTypes(version: Dialect['version']): readonly string[] {
  return [
    ...KNOWN,
    ...(isSince(version, '1.3') ? ['code', 'passkey'] : []),
    ...(isSince(version, '26.2') ? ['saml'] : []),
  ];
}

/** The config of a credential as a read shows it when asked to; `undefined`: left out. */
export function shownConfig({ type, config }: Credential, { version }: Dialect): JsonObject | undefined {
  if (type !== 'oidc') return config;
  // What reads it finds one provider without a name where there are none at all.
  const providers = config.providers === null ? [{}] : providersOf(config);
  if (providers.length === 0) return undefined;
  return { providers: providers.map((provider) => shownProvider(provider, version)) };
}

/** Imported providers have no tokens. */
function shownProvider(provider: JsonObject, version: Dialect['version']): JsonObject {
  const organization = scalarText(provider.organization ?? '');
  return {
    ...TOKENS,
    subject: scalarText(provider.subject),
    provider: scalarText(provider.provider),
    ...(version === '1.3' || (version === '26.2' && organization !== '') ? { organization } : {}),
    ...(version === '26.2' && provider.use_auto_link === true ? { use_auto_link: true } : {}),
  };
}

function providersOf(config: JsonObject): readonly JsonObject[] {
  return (Array.isArray(config.providers) ? (config.providers as readonly JsonValue[]) : []).filter(isObject);
}

/** Removes a credential of a second factor, of which there are none here, or one that is not needed. */
export const deleteCredential: Handler = (world, call, { id = '', type = '' }) => {
  const record = world.store.find(id);
  if (record === undefined) throw notFound();
  const credential = record.credentials.get(type);
  if (credential === undefined) {
    throw missing(`You tried to remove a ${type} but this user have no ${type} set up.`);
  }
  const { version } = world.dialect;
  if (version === '1.0') throw badRequest("You can't remove first factor credentials.");
  if (version === '26.2' && firstFactors(record) < 2) {
    throw badRequest('You cannot remove the last first factor credential.');
  }
  const kept =
    type === 'oidc' ? withoutProvider(world, credential, call) : withoutPassword(world, credential);
  const credentials = new Map(record.credentials).set(type, kept);
  world.store.replace(validated({ ...record, credentials }, world));
  return noContent;
};

function firstFactors({ credentials }: IdentityRecord): number {
  const hash = credentials.get('password')?.config.hashed_password ?? '';
  const providers = providersOf(credentials.get('oidc')?.config ?? {});
  return (hash === '' ? 0 : 1) + providers.length;
}

function withoutPassword({ dialect }: World, credential: Credential): Credential {
  if (dialect.version !== '26.2') throw badRequest('You cannot remove first factor credentials.');
  return { ...credential, config: {} };
}

function withoutProvider({ dialect }: World, credential: Credential, { query }: Call): Credential {
  const identifier = query.get('identifier') ?? '';
  if (identifier === '') throw badRequest('You must provide an identifier to delete this credential.');
  const nameOf = ({ provider, subject }: JsonObject) => `${scalarText(provider)}:${scalarText(subject)}`;
  const providers = providersOf(credential.config);
  const left = providers.filter((provider) => nameOf(provider) !== identifier);
  if (left.length === providers.length) {
    throw missing(`The identifier \`${identifier}\` was not found among OIDC credentials.`);
  }
  const none = dialect.version === '1.3' ? null : [];
  return {
    ...credential,
    identifiers: left.map(nameOf),
    config: { providers: left.length > 0 ? left : none },
  };
}

function missing(reason: string): Refused {
  return new Refused({ code: 404, message: 'The requested resource could not be found', reason });
}
