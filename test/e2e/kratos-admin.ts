import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../src/model/json.ts';
import type { KratosServer } from '../servers/kratos.ts';
import { type Answer, type Call, Http, Refused } from './http.ts';

/** An identity as Kratos shows it. */
export interface IdentityObject {
  readonly id: string;
  readonly schema_id: string;
  readonly state?: string;
  readonly traits: JsonObject;
  readonly metadata_public?: JsonObject | null;
  readonly metadata_admin?: JsonObject | null;
}

/** What another administrator of the same Kratos sees and does, past the operator. */
export class KratosAdmin {
  readonly #http: Http;
  readonly #public: Http;
  readonly #prefix: string;

  constructor(server: KratosServer) {
    this.#http = new Http(server.adminUrl);
    this.#public = new Http(server.publicUrl);
    this.#prefix = server.version === '0.5.5' ? '' : '/admin';
  }

  /** Every identity; the tests stay below one page. */
  async list(): Promise<readonly IdentityObject[]> {
    const size = this.#prefix === '' ? 'per_page=1000' : 'page_size=500';
    return this.#must<readonly IdentityObject[]>(`/identities?${size}`);
  }

  /** The identities whose traits hold a text somewhere. */
  async holding(text: string): Promise<readonly IdentityObject[]> {
    return (await this.list()).filter(({ traits }) => JSON.stringify(traits).includes(text));
  }

  async get(id: string): Promise<IdentityObject | undefined> {
    const answer = await this.call(`/identities/${id}`);
    return answer.status === 404 ? undefined : objectOf<IdentityObject>(`GET ${id}`, answer);
  }

  create(schemaId: string, traits: object, more: object = {}): Promise<IdentityObject> {
    return this.#must('/identities', { method: 'POST', json: { schema_id: schemaId, traits, ...more } });
  }

  /** Replaces the traits, and keeps what else a PUT would wipe. */
  async setTraits(id: string, change: (traits: JsonObject) => object): Promise<void> {
    const now = await this.get(id);
    if (now === undefined) throw new Error(`no identity ${id}`);
    const { schema_id, state, metadata_public, metadata_admin } = now;
    const kept = this.#prefix === '' ? {} : { state, metadata_public, metadata_admin };
    await this.#must(`/identities/${id}`, {
      method: 'PUT',
      json: { schema_id, traits: change(now.traits), ...kept },
    });
  }

  async delete(id: string): Promise<void> {
    const answer = await this.call(`/identities/${id}`, { method: 'DELETE' });
    if (answer.status !== 204) throw new Refused(`DELETE ${id}`, answer);
  }

  call(path: string, call?: Call): Promise<Answer> {
    return this.#http.call(this.#prefix + path, call);
  }

  /** Gives an identity a password and signs in with it, as its person would: afterwards it has a session. */
  async signIn(id: string, identifier: string): Promise<void> {
    const password = randomUUID();
    const { schema_id, state, traits, metadata_public, metadata_admin } = await this.#must<IdentityObject>(
      `/identities/${id}`,
    );
    const kept = { schema_id, state, traits, metadata_public, metadata_admin };
    const json = { ...kept, credentials: { password: { config: { password } } } };
    await this.#must(`/identities/${id}`, { method: 'PUT', json });
    const flow = objectOf<{ readonly id: string }>(
      'login',
      await this.#public.call('/self-service/login/api'),
    );
    const signed = await this.#public.call(`/self-service/login?flow=${flow.id}`, {
      method: 'POST',
      json: { method: 'password', identifier, password },
    });
    objectOf('login', signed);
  }

  async activeSessions(id: string): Promise<number> {
    const answer = await this.call(`/identities/${id}/sessions?active=true`);
    return answer.status === 404 ? 0 : objectOf<readonly unknown[]>('sessions', answer).length;
  }

  async close(): Promise<void> {
    await Promise.all([this.#http.close(), this.#public.close()]);
  }

  async #must<T>(path: string, call?: Call): Promise<T> {
    return objectOf<T>(`${call?.method ?? 'GET'} ${path}`, await this.call(path, call));
  }
}

function objectOf<T>(what: string, answer: Answer): T {
  if (answer.status >= 300) throw new Refused(what, answer);
  return answer.body as T;
}
