import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import type { JsonObject } from '../../src/model/json.ts';
import type { ApiServer } from '../servers/apiserver.ts';
import { type Answer, type Call, Http, Refused } from './http.ts';

export interface KubectlResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What an administrator of the cluster can do: kubectl, and the API itself for looking often. */
export class Kube {
  readonly server: ApiServer;
  readonly #http: Http;
  readonly #kubectl: string;

  constructor(server: ApiServer, kubectl: string) {
    this.server = server;
    this.#kubectl = kubectl;
    this.#http = new Http(server.url, { ca: server.ca, token: server.adminToken });
  }

  call(path: string, call?: Call): Promise<Answer> {
    return this.#http.call(path, call);
  }

  /** The object at a path, `undefined` when there is none. */
  async get<T = JsonObject>(path: string): Promise<T | undefined> {
    const answer = await this.call(path);
    if (answer.status === 404) return undefined;
    return objectOf<T>(`GET ${path}`, answer);
  }

  async create<T = JsonObject>(path: string, object: object): Promise<T> {
    return objectOf<T>(
      `POST ${path}`,
      await this.call(`${path}?fieldValidation=Strict`, { method: 'POST', json: object }),
    );
  }

  /** A merge patch. */
  async patch<T = JsonObject>(path: string, patch: object): Promise<T> {
    const headers = { 'content-type': 'application/merge-patch+json' };
    return objectOf<T>(`PATCH ${path}`, await this.call(path, { method: 'PATCH', headers, json: patch }));
  }

  async delete(path: string): Promise<void> {
    const answer = await this.call(path, { method: 'DELETE' });
    if (answer.status !== 404) objectOf(`DELETE ${path}`, answer);
  }

  /** Runs kubectl as the administrator; `stdin` is what `-f -` reads. */
  async kubectl(args: readonly string[], stdin = ''): Promise<KubectlResult> {
    const child = spawn(this.#kubectl, ['--kubeconfig', this.server.adminKubeconfig, ...args], {
      env: { HOME: '/nonexistent', PATH: process.env.PATH },
    });
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    child.stdin.end(stdin);
    const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    return { code, stdout, stderr };
  }

  /** Like `kubectl`, and fails where kubectl does. Answers what it printed. */
  async mustKubectl(args: readonly string[], stdin?: string): Promise<string> {
    const { code, stdout, stderr } = await this.kubectl(args, stdin);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')} exited ${code}: ${stderr.trim()}`);
    return stdout;
  }

  close(): Promise<void> {
    return this.#http.close();
  }
}

function objectOf<T>(what: string, answer: Answer): T {
  if (answer.status >= 300) throw new Refused(what, answer);
  return answer.body as T;
}
