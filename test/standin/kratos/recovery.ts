import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import type { JsonObject } from '../../../src/model/json.ts';
import { type Answer, badRequest, json, notFound, Refused, unescapedJson } from './answer.ts';
import { decodeLenient } from './bodies.ts';
import { text } from './drafts.ts';
import type { Flow } from './flows.ts';
import { parseGoDuration, printGoDuration } from './go-duration.ts';
import { type IdentityRecord, isUuid } from './identity.ts';
import { isSince } from './version.ts';
import type { Call, Handler, Minted, World } from './world.ts';

const LIFESPAN_MS = 3_600_000;
const RECOVERY_UI = 'http://127.0.0.1:4455/recovery';
const BODY = {
  name: 'createRecoveryLinkForIdentityBody',
  fields: { identity_id: 'string', expires_in: 'string', flow_type: 'string' },
} as const;

/** A link that carries a token; every call mints another one. */
export const createRecoveryLink: Handler = (world, call) => {
  if (!world.recovery.link) throw disabled();
  const { identityId, lifespan } = asked(
    world,
    call,
    'must be result to a future time',
    (_, asWritten) => asWritten,
  );
  const identity = world.store.find(identityId);
  if (identity === undefined) throw missingForLink(world);
  if (!world.dialect.modern && identity.recovery.length === 0) {
    throw badRequest('The identity does not have any recovery addresses set.');
  }
  return linkAnswer(world, identity, lifespan);
};

/** A link to the recovery page, and apart from it the code to type there. */
export const createRecoveryCode: Handler = (world, call) => {
  if (!world.recovery.code) throw disabled();
  const { identityId, lifespan, body } = asked(world, call, 'must result to a future time', printGoDuration);
  const isApi = isForApi(body, world);
  const identity = world.store.find(identityId);
  if (identity === undefined) throw notFound('could not find identity');
  const link = `${RECOVERY_UI}?flow=${begun(world, isApi ? 'apiCode' : 'code', lifespan)}`;
  const code = String(randomInt(1_000_000)).padStart(6, '0');
  const minted = mint(world, { method: 'code', identityId: identity.id, link, code }, lifespan);
  return unescapedJson(201, { recovery_link: link, recovery_code: code, expires_at: iso(minted) });
};

function linkAnswer(world: World, identity: IdentityRecord, lifespan: number): Answer {
  const path = world.dialect.modern ? '/self-service/recovery' : '/self-service/recovery/methods/link';
  const token = randomBytes(24).toString('base64url');
  const link = `${world.urls.public}${path}?flow=${begun(world, 'link', lifespan)}&token=${token}`;
  const minted = mint(world, { method: 'link', identityId: identity.id, link }, lifespan);
  const body = { recovery_link: link, expires_at: iso(minted) };
  return world.dialect.modern ? unescapedJson(200, body) : json(200, body);
}

/** The flow that a link or code leads to; v0.5 does not find it again by its id. */
function begun({ clock, dialect, flows }: World, origin: Flow['origin'], lifespan: number): string {
  const id = randomUUID();
  const issuedAt = clock.now();
  if (dialect.modern)
    flows.set(id, { id, kind: 'recovery', origin, issuedAt, expiresAt: issuedAt + lifespan });
  return id;
}

function mint(world: World, what: Omit<Minted, 'expiresAt'>, lifespan: number): Minted {
  const minted = { ...what, expiresAt: world.clock.now() + lifespan };
  world.minted.push(minted);
  return minted;
}

function iso({ expiresAt }: Minted): string {
  return new Date(expiresAt).toISOString();
}

function asked(
  world: World,
  call: Call,
  refusal: string,
  print: (lifespan: number, asWritten: string) => string,
) {
  const body = decodeLenient(call, BODY);
  const identityId = uuidOf(body, world);
  const expiresIn = text(body.expires_in) || undefined;
  const lifespan = expiresIn === undefined ? LIFESPAN_MS : parseGoDuration(expiresIn);
  if (lifespan === undefined) {
    throw badRequest(
      `Unable to parse "expires_in" whose format should match "[0-9]+(ns|us|ms|s|m|h)" but did not: ${expiresIn}`,
    );
  }
  if (lifespan <= 0)
    throw badRequest(`Value from "expires_in" ${refusal}: ${print(lifespan, expiresIn ?? '')}`);
  return { identityId, lifespan, body };
}

/** Since v1.2 a code can be for a client without browser. */
function isForApi({ flow_type: type }: JsonObject, { dialect }: World): boolean {
  if (type === undefined || !isSince(dialect.version, '1.3')) return false;
  if (type === 'api' || type === 'browser') return type === 'api';
  throw badRequest(`Value from "flow_type" is not valid: ${JSON.stringify(type)}`);
}

function uuidOf(body: JsonObject, { dialect }: World): string {
  const id = text(body.identity_id) ?? '';
  if (id === '' || isUuid(id)) return id;
  const told = dialect.modern ? ` ${id.length} in string "${id}"` : `: ${id}`;
  throw badRequest(`Unable to decode JSON payload: uuid: incorrect UUID length${told}`);
}

function missingForLink(world: World): Refused {
  return world.dialect.linkMissing === 404
    ? notFound()
    : badRequest('The requested identity id does not exist.');
}

function disabled(): Refused {
  return new Refused({
    code: 404,
    message: 'The requested resource could not be found',
    reason:
      'This endpoint was disabled by system administrator. Please check your url or contact the system administrator to enable it.',
  });
}
