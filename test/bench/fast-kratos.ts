import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { JsonValue } from '../../src/model/json.ts';
import { People, Refusal, wholeText } from './people.ts';

/*
 * A Kratos of v25.4 and later as the operator sees it, in a process of its own that answers at once (or after so many milliseconds):
 * `node fast-kratos.ts PORT LATENCY_MS`. Both ports in one. Of its own it has `/bench/seen`: what was asked so far, `DELETE` forgets it.
 */

const [port = '0', latency = '0'] = process.argv.slice(2);
const latencyMs = Number(latency);
const people = new People();
const PAGE = { usual: 250, most: 500 };
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;
const NIL = '00000000-0000-0000-0000-000000000000';

interface Reply {
  readonly status: number;
  /** JSON; nothing where empty. */
  readonly text: string;
  readonly link?: string;
}

type Route = (key: string, query: URLSearchParams, body: JsonValue) => Reply;

/** By method and the path with its variable segment as `*`; the name under which it is counted is this one too. */
const ROUTES: Readonly<Record<string, Route>> = {
  'GET /admin/health/alive': () => ok('{"status":"ok"}'),
  'GET /admin/health/ready': () => ok('{"status":"ok"}'),
  'GET /admin/identities': list,
  'POST /admin/identities': (_key, _query, body) => ({ status: 201, text: wholeText(people.create(body)) }),
  'PATCH /admin/identities': (_key, _query, body) => ok(`{"identities":[${batch(body).join(',')}]}`),
  'GET /admin/identities/*': (id) => ok(wholeText(people.get(id))),
  'PATCH /admin/identities/*': (id, _query, body) => ok(wholeText(people.patch(id, body))),
  'DELETE /admin/identities/*': (id) => {
    people.delete(id);
    return { status: 204, text: '' };
  },
  'GET /admin/identities/by/external/*': (id) => ok(wholeText(people.getByExternalId(id))),
  // Nobody ever logs in.
  'DELETE /admin/identities/*/sessions': () => {
    throw new Refusal(404, { message: 'Unable to locate the resource' });
  },
  'POST /admin/recovery/link': noRecovery,
  'POST /admin/recovery/code': noRecovery,
  'GET /schemas/*': () => ok('{"type":"object","properties":{"traits":{"type":"object"}}}'),
};

function list(_key: string, query: URLSearchParams): Reply {
  const ids = query.getAll('ids');
  const wrong = ids.find((id) => !UUID.test(id));
  if (wrong !== undefined) throw malformed(`Invalid UUID value \`${wrong}\` for parameter \`ids\`.`);
  const email = query.get('credentials_identifier');
  if (ids.length > 0) return shown(people.some(ids), undefined, query);
  if (email !== null) return shown(people.withEmail(email), undefined, query);
  const token = query.get('page_token') ?? NIL;
  const from = token === NIL ? 0 : Number.parseInt(token.slice(-12), 16);
  const size = Number(query.get('page_size') ?? query.get('per_page') ?? PAGE.usual);
  const { people: found, next } = people.page(from, Math.min(size, PAGE.most));
  return shown(found, next, query);
}

function shown(
  found: readonly { readonly text: string }[],
  next: number | undefined,
  query: URLSearchParams,
): Reply {
  const size = query.get('page_size') ?? PAGE.usual;
  const linkTo = (place: number, rel: string) =>
    `</admin/identities?page_size=${size}&page_token=${NIL.slice(0, -12)}${place.toString(16).padStart(12, '0')}>; rel="${rel}"`;
  const link = [linkTo(0, 'first'), ...(next === undefined ? [] : [linkTo(next, 'next')])].join(',');
  return { status: 200, text: `[${found.map(({ text }) => text).join(',')}]`, link };
}

function batch(body: JsonValue): string[] {
  const { identities = [] } = body as { readonly identities?: readonly { readonly create: JsonValue }[] };
  return identities.map(({ create }) => {
    try {
      return `{"action":"create","identity":"${people.create(create).id}"}`;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return JSON.stringify({ action: 'error', ...error.body });
    }
  });
}

function noRecovery(): Reply {
  throw malformed('Unable to parse "expires_in" whose format should match "[0-9]+(ns|us|ms|s|m|h)"');
}

function malformed(reason: string): Refusal {
  return new Refusal(400, { message: 'The request was malformed or contained invalid parameters', reason });
}

function ok(text: string): Reply {
  return { status: 200, text };
}

/** Requests by route, and when the last one was answered (epoch milliseconds). */
const seen = { requests: {} as Record<string, number>, lastAt: 0 };

/** The route's name, and what stands for `*` in it. */
function routeOf(method: string, path: string): [string, string] {
  const parts = path.split('/');
  const at = path.startsWith('/admin/identities/')
    ? parts[3] === 'by'
      ? 5
      : 3
    : parts[1] === 'schemas'
      ? 2
      : 0;
  if (at === 0) return [`${method} ${path}`, ''];
  const key = decodeURIComponent(parts[at] ?? '');
  parts[at] = '*';
  return [`${method} ${parts.join('/')}`, key];
}

function answer(request: IncomingMessage, response: ServerResponse, body: string): void {
  const { method = '', url = '' } = request;
  const [path = '', search = ''] = url.split('?');
  if (path === '/bench/seen') {
    about(method, response);
    return;
  }
  const [name, key] = routeOf(method, path);
  const query = new URLSearchParams(search);
  const counted = query.has('ids') ? `${name}?ids` : name;
  seen.requests[counted] = (seen.requests[counted] ?? 0) + 1;
  const route = ROUTES[name];
  if (route === undefined) {
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('404 page not found\n');
    return;
  }
  const reply = (): Reply => {
    try {
      return route(key, query, body === '' ? null : JSON.parse(body));
    } catch (error) {
      if (error instanceof Refusal) return { status: error.status, text: JSON.stringify(error.body) };
      return { status: 500, text: JSON.stringify({ error: { code: 500, message: String(error) } }) };
    }
  };
  const send = () => {
    const { status, text, link } = reply();
    response.writeHead(status, {
      ...(text !== '' && {
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(text),
      }),
      ...(link !== undefined && { link }),
    });
    response.end(text);
    seen.lastAt = Date.now();
  };
  if (latencyMs === 0) send();
  else setTimeout(send, latencyMs);
}

function about(method: string, response: ServerResponse): void {
  if (method === 'DELETE') seen.requests = {};
  const text = JSON.stringify({ ...seen, identities: people.count });
  response.writeHead(200, { 'content-type': 'application/json' }).end(text);
}

const server = createServer((request, response) => {
  let body = '';
  request
    .setEncoding('utf8')
    .on('data', (chunk: string) => {
      body += chunk;
    })
    .on('end', () => answer(request, response, body));
});
server.keepAliveTimeout = 60_000;
server.listen(Number(port), '127.0.0.1');
