import { randomUUID } from 'node:crypto';
import { isObject, type JsonObject } from '../../../src/model/json.ts';
import { type Answer, json, NotDone, notFound } from './answer.ts';
import { refuseForgery } from './csrf.ts';
import { type Recorded, recorded } from './recordings.ts';
import { defaultSchemas } from './schemas.ts';
import type { Handler, World } from './world.ts';

export type FlowKind = 'login' | 'registration' | 'recovery' | 'settings' | 'verification';

/** A self-service flow that was begun. Its content is what was recorded of such a flow; ids and times are its own. */
export interface Flow {
  readonly id: string;
  readonly kind: FlowKind;
  /** Begun by a client without browser, or by an administrator's recovery code (for a browser or not) or link. */
  readonly origin: 'api' | 'code' | 'apiCode' | 'link';
  /** Epoch milliseconds, as `expiresAt`. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** Begins a flow for a client without browser. Settings need the session of a user, which nobody has here. */
export function initFlow(kind: FlowKind): Handler {
  return (world, call) => {
    // Each parameter of an init changes the flow, and none was recorded.
    if (call.search !== '') throw new NotDone(`parameters of a new ${kind} flow`);
    const { body } = recordedFlow(world, kind, 'api');
    const issuedAt = world.clock.now();
    const lifespan = Date.parse(text(body, 'expires_at')) - Date.parse(text(body, 'issued_at'));
    const flow: Flow = { id: randomUUID(), kind, origin: 'api', issuedAt, expiresAt: issuedAt + lifespan };
    world.flows.set(flow.id, flow);
    return shown(world, flow);
  };
}

/** Shows a flow by its id. */
export function getFlow(kind: FlowKind): Handler {
  return (world, call) => {
    const flow = world.flows.get(call.query.get('id')?.toLowerCase() ?? '');
    if (flow === undefined || flow.kind !== kind) return missing(world, kind);
    if (flow.expiresAt < world.clock.now()) throw new NotDone('flows that have expired');
    // A link's flow is a browser's: without the cookie of that browser it is not shown.
    return flow.origin === 'link' ? refuseForgery(world, call, {}) : shown(world, flow);
  };
}

/** v0.5 forgets to say that it has no such verification flow. */
function missing({ dialect }: World, kind: FlowKind): Answer {
  if (kind === 'verification' && !dialect.modern) return json(200, null);
  throw notFound();
}

function shown(world: World, flow: Flow): Answer {
  const { status, body } = recordedFlow(world, flow.kind, flow.origin);
  const own = JSON.stringify(body)
    .replaceAll(text(body, 'id'), flow.id)
    .replaceAll('http://admin', world.urls.admin)
    .replaceAll('http://public', world.urls.public);
  const issued = new Date(flow.issuedAt).toISOString();
  const times: JsonObject = {
    expires_at: new Date(flow.expiresAt).toISOString(),
    issued_at: issued,
    ...('created_at' in body ? { created_at: issued, updated_at: issued } : {}),
  };
  const type = flow.origin === 'apiCode' ? { type: 'api' } : {};
  return json(status, { ...(JSON.parse(own) as JsonObject), ...type, ...times });
}

/** Throws `NotDone` where this release, its methods or its schema are not those that were recorded. */
function recordedFlow(world: World, kind: FlowKind, origin: Flow['origin']) {
  const { dialect, schemas, recovery } = world;
  const step =
    origin === 'code' || origin === 'apiCode'
      ? 'recovery flow of the code, public port'
      : `init ${kind} api flow`;
  const answer = recorded(dialect.version, step);
  if (answer === undefined) throw new NotDone(`${kind} flows of v${dialect.version}`);
  const isForm = kind === 'login' || kind === 'registration';
  if (isForm && schemas.get('default') !== defaultSchemas.default) {
    throw new NotDone(`${kind} flows for a default schema of one's own`);
  }
  if (!isForm && !(dialect.modern ? recovery.code : recovery.link)) {
    throw new NotDone(`${kind} flows by another method`);
  }
  return flowOf(answer);
}

function flowOf({ status, body }: Recorded): { readonly status: number; readonly body: JsonObject } {
  if (!isObject(body)) throw new Error('the recorded flow is no object');
  return { status, body };
}

function text(body: JsonObject, field: string): string {
  const value = body[field];
  if (typeof value !== 'string') throw new Error(`the recorded flow has no ${field}`);
  return value;
}
