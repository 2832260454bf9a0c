import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { KratosClient } from '../../src/kratos/client.ts';
import type { KratosOptions } from '../../src/kratos/connection.ts';
import type { Clock } from '../../src/model/clock.ts';
import type { Capabilities } from '../../src/model/identity.ts';
import { isObject, type JsonValue } from '../../src/model/json.ts';
import { type Recorded, recorded, textOf, type Version } from '../fixtures/kratos/recorded.ts';

interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: JsonValue | undefined;
}

/** `hang` never answers, `truncate` cuts the body short. */
export type Scripted = Recorded | 'hang' | 'truncate';
export type Script = (request: Received) => Scripted;

export interface Server extends AsyncDisposable {
  readonly url: string;
  readonly received: Received[];
}

/** An HTTP server on a free port that answers as its script says. */
export async function serve(script: Script): Promise<Server> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    void read(request).then((seen) => {
      received.push(seen);
      reply(response, script(seen));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function read(request: IncomingMessage): Promise<Received> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  const { method = '', url = '', headers } = request;
  return { method, path: url, headers, body: text === '' ? undefined : JSON.parse(text) };
}

function reply(response: ServerResponse, scripted: Scripted): void {
  if (scripted === 'hang') return;
  if (scripted === 'truncate') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
    response.write('{"id":', () => response.destroy());
    return;
  }
  response.writeHead(scripted.status, { ...scripted.headers });
  response.end(scripted.status === 204 ? '' : textOf(scripted));
}

export function json(status: number, body: JsonValue, headers: Record<string, string> = {}): Recorded {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8', ...headers }, body };
}

export function html(status: number, headers: Record<string, string> = {}): Recorded {
  return { status, headers: { 'content-type': 'text/html', ...headers }, body: '<html>secret page</html>' };
}

export const ROUTER_404: Recorded = {
  status: 404,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: '404 page not found\n',
};

export const NOT_FOUND = json(404, {
  error: { code: 404, status: 'Not Found', message: 'Unable to locate the resource' },
});

/** A real Kratos of that version, as far as probes go; what was not recorded is not routed. */
export function scriptOf(version: Version): Script {
  const prefix = version === '0.5.5' ? '' : '/admin';
  return ({ method, path, body }) => {
    const route = path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}$/, 'x');
    const name = nameOf(`${method} ${route}`, prefix, body);
    return name === undefined ? ROUTER_404 : recorded(version, name);
  };
}

function nameOf(request: string, prefix: string, body: JsonValue | undefined): string | undefined {
  if (request === `POST ${prefix}/identities`) return createName(prefix, body);
  return {
    'GET /admin/health/alive': 'probe /admin/health/alive',
    'GET /health/alive': 'probe /health/alive',
    'GET /admin/health/ready': 'probe /admin/health/ready',
    'GET /health/ready': 'probe /health/ready',
    'GET /identities?per_page=1': 'probe /identities?per_page=1',
    'GET /admin/identities?per_page=1': 'probe /admin/identities?per_page=1',
    [`GET ${prefix}/identities?per_page=1&ids=zzz`]: 'list by ids bad uuid',
    [`PATCH ${prefix}/identities/x`]: 'probe patch identity',
    [`PATCH ${prefix}/identities`]: 'probe batch empty object',
    [`POST ${prefix}/recovery/code`]: 'probe recovery code nil',
    [`POST ${prefix}/recovery/link`]: 'probe recovery link nil',
    [`GET ${prefix}/identities/by/external/probe-x`]: `probe ${prefix}/identities/by/external/x`,
  }[request];
}

/** v0.5 decodes strictly before it looks at the schema; the recorded modern servers know both fields. */
function createName(prefix: string, body: JsonValue | undefined): string {
  if (prefix === '' && isObject(body) && 'state' in body) return 'create with state';
  if (prefix === '' && isObject(body) && 'metadata_admin' in body) return 'create with metadata';
  return 'create unknown schema';
}

/** The platform's clock; `skip` moves the monotonic one on, without waiting. */
export function testClock(): Clock & { skip(ms: number): void } {
  let skipped = 0;
  return {
    now: () => Date.now(),
    monotonic: () => performance.now() + skipped,
    after(ms, fn) {
      const stop = new AbortController();
      delay(ms, undefined, { signal: stop.signal }).then(fn, () => {});
      return () => stop.abort();
    },
    skip(ms) {
      skipped += ms;
    },
  };
}

/** A clock whose timers go off when a test says so, and never by themselves. */
export function stoppedClock(): Clock & { expire(): void } {
  const timers = new Set<() => void>();
  return {
    now: () => 0,
    monotonic: () => 0,
    after(_, fn) {
      timers.add(fn);
      return () => timers.delete(fn);
    },
    expire() {
      for (const fn of timers) fn();
    },
  };
}

/** A client of this server that is closed at the end of its scope. */
export function clientOf(
  adminUrl: string,
  options: Partial<KratosOptions> = {},
): { readonly kratos: KratosClient } & AsyncDisposable {
  const kratos = new KratosClient({ adminUrl, connections: 8, clock: testClock(), ...options });
  return { kratos, [Symbol.asyncDispose]: () => kratos.close() };
}

export const MODERN: Capabilities = {
  dialect: 'modern',
  state: true,
  metadata: true,
  patch: true,
  batch: true,
  ids: true,
  externalIds: true,
  recoveryCode: true,
  recoveryLink: true,
};

export const CLASSIC: Capabilities = {
  dialect: 'classic',
  state: false,
  metadata: false,
  patch: false,
  batch: false,
  ids: false,
  externalIds: false,
  recoveryCode: false,
  recoveryLink: true,
};
