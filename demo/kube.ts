import { kubeconfigCredentials } from '../src/kube/kubeconfig.ts';
import { isObject, type JsonObject } from '../src/model/json.ts';
import { API_VERSION } from '../src/model/resource.ts';
import { systemClock } from '../test/standin/kube/clock.ts';
import { listOf, textOf } from './fields.ts';
import { type Answer, Http } from './http.ts';

const AS_TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';

export const NAMESPACES = '/api/v1/namespaces';
export const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

export function identitiesIn(namespace: string): string {
  return `/apis/${API_VERSION}/namespaces/${namespace}/kratosidentities`;
}

export function secretsIn(namespace: string): string {
  return `${NAMESPACES}/${namespace}/secrets`;
}

/** The API server as a person at `kubectl` has it. Refusals reject with the server's own message. */
export class Kube {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /** As the kubeconfig's current context says. Rejects with a message for people when that leads nowhere. */
  static async connect(kubeconfig: string): Promise<Kube> {
    const credentials = await kubeconfigCredentials(kubeconfig, undefined, systemClock);
    const authorization = async () => (await credentials.authorization())?.reveal();
    return new Kube(new Http(credentials.baseUrl, { tls: await credentials.tls(), authorization }));
  }

  get url(): string {
    return this.#http.url;
  }

  /** `undefined`: 404. */
  async read(path: string): Promise<JsonObject | undefined> {
    const answer = await this.#http.send('GET', path);
    return answer.status === 404 ? undefined : expectObject(answer, `GET ${path}`);
  }

  async create(collection: string, manifest: JsonObject): Promise<JsonObject> {
    return expectObject(await this.#http.send('POST', collection, { body: manifest }), `POST ${collection}`);
  }

  /** A merge patch. */
  async patch(path: string, patch: JsonObject): Promise<JsonObject> {
    const contentType = 'application/merge-patch+json';
    return expectObject(await this.#http.send('PATCH', path, { body: patch, contentType }), `PATCH ${path}`);
  }

  /** Asks for the deletion; what is gone already is fine. */
  async remove(path: string): Promise<void> {
    const answer = await this.#http.send('DELETE', path);
    if (answer.status !== 404) expectObject(answer, `DELETE ${path}`);
  }

  /** What `kubectl get` prints of a collection, the heading first. */
  async table(collection: string): Promise<string[][]> {
    const answer = await this.#http.send('GET', collection, { accept: AS_TABLE });
    const { columnDefinitions, rows } = expectObject(answer, `GET ${collection}`);
    const columns = listOf(columnDefinitions);
    const shown = <T>(cells: readonly T[]) => cells.filter((_, index) => columns[index]?.priority === 0);
    return [
      shown(columns.map(({ name }) => textOf(name).toUpperCase())),
      ...listOf(rows).map(({ cells }) => shown(Array.isArray(cells) ? cells : []).map(textOf)),
    ];
  }

  /** The events of one watch, until the server or the signal ends it. */
  watch(collection: string, resourceVersion: string, signal: AbortSignal): AsyncGenerator<JsonObject> {
    const query = new URLSearchParams({ watch: 'true', allowWatchBookmarks: 'true', resourceVersion });
    return this.#http.lines(`${collection}?${query.toString()}`, signal);
  }

  close(): Promise<void> {
    return this.#http.close();
  }
}

function expectObject({ status, body }: Answer, request: string): JsonObject {
  if (status < 300 && isObject(body)) return body;
  const message =
    isObject(body) && typeof body.message === 'string' ? body.message : 'not an answer of an API server';
  throw new Error(`${request}: ${status}: ${message}`);
}
