import { isObject, type JsonObject } from '../src/model/json.ts';
import { objectOf, textOf } from './fields.ts';
import { type Answer, Http } from './http.ts';

/** What a PUT replaces; left out, it would be wiped. */
const WRITABLE = ['schema_id', 'state', 'traits', 'metadata_public', 'metadata_admin', 'external_id'];

/** Kratos' admin API as an administrator at `curl` has it, in both generations. */
export class Kratos {
  /** Of the list of identities; the other identities' addresses begin with it. */
  readonly identitiesUrl: string;
  readonly #http: Http;
  readonly #path: string;

  private constructor(http: Http, path: string) {
    this.#http = http;
    this.#path = path;
    this.identitiesUrl = `${http.url}${path}`;
  }

  /** Finds out whether the paths have the prefix `/admin` (v0.9 and later). Rejects where neither leads to identities. */
  static async connect(adminUrl: string): Promise<Kratos> {
    const http = new Http(adminUrl);
    try {
      for (const path of ['/admin/identities', '/identities']) {
        const { status, body } = await http.send('GET', `${path}?per_page=1`);
        if (status === 200 && Array.isArray(body)) return new Kratos(http, path);
      }
      throw new Error(`${adminUrl} does not answer as Kratos' admin API does`);
    } catch (error) {
      await http.close();
      throw error;
    }
  }

  /** `undefined`: 404. */
  async read(id: string): Promise<JsonObject | undefined> {
    const answer = await this.#http.send('GET', this.#of(id));
    return answer.status === 404 ? undefined : expectObject(answer, 'GET');
  }

  /** Replaces the traits and leaves the rest as it is. */
  async setTraits(id: string, change: (traits: JsonObject) => JsonObject): Promise<void> {
    const identity = await this.read(id);
    if (identity === undefined) throw new Error(`Kratos has no identity ${id}`);
    const kept = WRITABLE.flatMap((field) =>
      identity[field] === undefined ? [] : [[field, identity[field]] as const],
    );
    const body = { ...Object.fromEntries(kept), traits: change(traitsOf(identity)) };
    expectObject(await this.#http.send('PUT', this.#of(id), { body }), 'PUT');
  }

  /** What is gone already is fine. */
  async remove(id: string): Promise<void> {
    const answer = await this.#http.send('DELETE', this.#of(id));
    if (answer.status !== 204 && answer.status !== 404) throw refusal(answer, 'DELETE');
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  #of(id: string): string {
    return `${this.#path}/${id}`;
  }
}

export function traitsOf(identity: JsonObject): JsonObject {
  return objectOf(identity.traits);
}

function expectObject(answer: Answer, method: string): JsonObject {
  if (answer.status < 300 && isObject(answer.body)) return answer.body;
  throw refusal(answer, method);
}

function refusal({ status, body }: Answer, method: string): Error {
  const { reason, message } = objectOf(objectOf(body).error);
  return new Error(`Kratos refused to ${method} an identity: ${status}: ${textOf(reason ?? message)}`);
}
