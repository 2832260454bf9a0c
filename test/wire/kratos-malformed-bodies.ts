import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import type { JsonValue } from '../../src/model/json.ts';
import { CANARY } from './kratos-malformed-canary.ts';
import { answer, type Case, JSON_TYPE, LAST_PAGE, PAGE, rightBody, says } from './kratos-malformed-case.ts';
import { changed, type Operation, withKey } from './kratos-malformed-operations.ts';

/*
 * Answers with the status of success. Where success is 204 they are a 200, which is none: every `nothing` is `unexpected` here.
 */

/** An answer with the right status and this body. */
function succeeds(operation: Operation, body: string | Buffer, type = JSON_TYPE, more = {}) {
  const status = operation.status === 204 ? 200 : operation.status;
  return says(answer(status, type, body, { ...LAST_PAGE, ...more }));
}

/** The same JSON for every operation. */
function json(name: string, body: JsonValue, but: Case['but'] = {}): Case {
  return { name, say: (operation) => succeeds(operation, JSON.stringify(body)), verdict: 'unexpected', but };
}

/** The same text, called JSON, for every operation. */
function text(name: string, body: string | Buffer): Case {
  return { name, say: (operation) => succeeds(operation, body), verdict: 'unexpected' };
}

/** The right text, changed; only where success has a body. */
function right(
  name: string,
  change: (text: string) => string | Buffer,
  verdict: Case['verdict'] = 'unexpected',
  but: Case['but'] = {},
): Case {
  const say: Case['say'] = (operation) => {
    const body = rightBody(operation);
    return body && succeeds(operation, change(body.text), body.type);
  };
  return { name, say, verdict, but };
}

/** The right JSON inside of something; only where success is JSON. */
function wrapped(name: string, wrap: (text: string) => string): Case {
  const say: Case['say'] = (operation) => {
    const body = rightBody(operation);
    return body === undefined || operation.kinds.has('text')
      ? undefined
      : succeeds(operation, wrap(body.text));
  };
  // Any object is a schema.
  return { name, say, verdict: 'unexpected', but: wrap('').startsWith('{') ? { anyObject: 'fine' } : {} };
}

/** The right JSON with another value at its key; only where there is one. */
function keyed(name: string, value: JsonValue | undefined, but: Case['but'] = {}): Case {
  const say: Case['say'] = (operation) => {
    const body = withKey(operation, value);
    return body === undefined ? undefined : succeeds(operation, JSON.stringify(body));
  };
  return { name, say, verdict: 'unexpected', but };
}

/** The right answer under other headers. */
function headed(
  name: string,
  type: string,
  more: Readonly<Record<string, string>>,
  rest: Pick<Case, 'verdict' | 'but'>,
): Case {
  const say: Case['say'] = (operation) => {
    const body = rightBody(operation);
    return body && succeeds(operation, body.text, type === 'right' ? body.type : type, more);
  };
  return { name, say, ...rest };
}

/** The right bytes, encoded as nobody asked for. */
function encoded(encoding: string, encode: (text: string) => Buffer): Case {
  const say: Case['say'] = (operation) => {
    const body = rightBody(operation);
    return body && succeeds(operation, encode(body.text), body.type, { 'content-encoding': encoding });
  };
  return { name: `the right answer as ${encoding}`, say, verdict: 'unexpected' };
}

const DEEP = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;

/** The right object, or each of a list's, with this JSON text as one more field; `KEY` is the name of its own key. */
function extra(field: string, value: string, before = false) {
  return ({ body, kinds, key }: Operation): string | undefined => {
    if (kinds.has('text')) return undefined;
    const marked = changed(body, (one) => (before ? { MARK: 0, ...one } : { ...one, MARK: 0 }));
    const member = `${field.replace('KEY', key)}:${value}`;
    return marked === undefined ? undefined : JSON.stringify(marked).replaceAll('"MARK":0', () => member);
  };
}

function withExtra(
  name: string,
  field: string,
  value: string,
  rest: Pick<Case, 'verdict' | 'but'>,
  before = false,
): Case {
  const body = extra(field, value, before);
  const say: Case['say'] = (operation) => {
    const found = body(operation);
    return found === undefined ? undefined : succeeds(operation, Buffer.from(found, 'latin1'));
  };
  return { name, say, ...rest };
}

const WRONG_JSON: readonly Case[] = [
  json('null', null, {
    // Up to v0.8 and v1.3: a page of none.
    nullIsEmpty: 'fine',
    // v0.5 and v0.6: no such flow.
    nullIsAbsent: 'notFound',
  }),
  json('true', true),
  json('a number', 0),
  json('an empty text', ''),
  json('a text', CANARY.answer),
  json('an empty list', [], {
    // With a link to its first page alone it is the last one, and there are none.
    list: 'fine',
  }),
  json(
    'an empty object',
    {},
    {
      // A schema may be any object.
      anyObject: 'fine',
    },
  ),
  json('an object of something else', { hello: CANARY.answer }, { anyObject: 'fine' }),
  json(
    'a refusal as success',
    { error: { code: 404, status: 'Not Found', message: 'Unable to locate the resource' } },
    {
      // As a schema it is one that says nothing.
      anyObject: 'fine',
    },
  ),
  json('a list of null', [null]),
  json('a list of lists', [[]]),
  json('a list of empty objects', [{}]),
  json('a list of texts', [CANARY.answer]),
  wrapped('the right answer in a list', (body) => `[${body}]`),
  wrapped('the right answer below a name', (body) => `{"data":${body}}`),
  right('the right answer as a text', (body) => JSON.stringify(body)),
  {
    name: 'an item in place of the list, and the other way round',
    say: (operation) => {
      const { body } = operation;
      if (body === undefined || typeof body === 'string') return undefined;
      return succeeds(operation, JSON.stringify(Array.isArray(body) ? body[0] : { 0: body, length: 1 }));
    },
    verdict: 'unexpected',
    but: { anyObject: 'fine' },
  },
  {
    name: 'a list with one item that is none',
    say: (operation) =>
      operation.kinds.has('list') && Array.isArray(operation.body)
        ? succeeds(operation, JSON.stringify([...operation.body, { ...operation.body[0], id: 7 }]))
        : undefined,
    verdict: 'unexpected',
  },
];

const WRONG_KEY: readonly Case[] = [
  keyed('no key', undefined),
  keyed('null as its key', null),
  keyed('an empty key', '', {
    // v0.5 knows no version of its own.
    anyText: 'fine',
  }),
  keyed('a number as its key', 7),
  keyed('a flag as its key', true),
  keyed('a list as its key', ['149b07b6-2c92-4fb1-8a1d-560bffd55dbd']),
  keyed('an object as its key', { id: CANARY.answer }),
  {
    name: 'one of another id',
    say: (operation) =>
      operation.kinds.has('named')
        ? succeeds(
            operation,
            JSON.stringify(withKey(operation, '7d0b2f5e-0000-4d0e-8f0a-0d1f5c2b7a11') ?? null),
          )
        : undefined,
    verdict: 'unexpected',
  },
];

const NO_JSON: readonly Case[] = [
  text('a page called JSON', PAGE),
  text('nothing called JSON', ''),
  text('blanks called JSON', ' \n\t'),
  text('zeros called JSON', Buffer.alloc(64)),
  text('undefined', 'undefined'),
  text('NaN', 'NaN'),
  text('a list in a list of 100,000', DEEP),
  text('the same, cut', DEEP.slice(0, 100_000)),
  text('objects in objects of 100,000, cut', '{"a":'.repeat(100_000)),
  right('the right answer and more', (body) => `${body}\n${PAGE}`, 'unexpected', {
    // Lines that are no sample are the reader's to leave out.
    text: 'fine',
  }),
  right('the right answer twice', (body) => body + body, 'unexpected', { text: 'fine' }),
  wrapped('the right answer after a guard', (body) => `)]}',${body}`),
  right('the right answer after a byte order mark', (body) => `\uFEFF${body}`, 'unexpected', {
    text: 'fine',
  }),
  right('the right answer in UTF-16', (body) => Buffer.from(`\uFEFF${body}`, 'utf16le')),
  right('a comma too many', (body) => body.replace(/([}\]])$/, ',$1'), 'unexpected', { text: 'fine' }),
  right('single quotes', (body) => body.replaceAll('"', "'"), 'unexpected', { text: 'fine' }),
  right('half a character of UTF-8', (body) =>
    Buffer.from(body.replace(/[{\n]/, '$&\u00e2\u0082'), 'latin1'),
  ),
  withExtra('bytes that are no UTF-8 in a text', '"odd"', '"\u00ff\u00fe"', { verdict: 'unexpected' }),
];

const ODD_JSON: readonly Case[] = [
  right('the right answer among blanks', (body) => `\r\n ${body}\n\n`, 'fine'),
  withExtra('the right answer with a field of depth 100,000', '"odd"', DEEP, { verdict: 'fine' }),
  withExtra('the right answer with a __proto__', '"__proto__"', '{"polluted":true,"toString":null}', {
    verdict: 'fine',
  }),
  withExtra('the right answer with a number beyond all numbers', '"odd"', '1e999', { verdict: 'fine' }),
  withExtra('the right answer with a zero in a text', '"odd"', '"\\u0000\\ud800"', { verdict: 'fine' }),
  withExtra('a second key that is none', '"KEY"', '1e999', {
    verdict: 'unexpected',
    // A schema has no key.
    but: { anyObject: 'fine' },
  }),
  withExtra('a first key that is none', '"KEY"', '7', { verdict: 'fine' }, true),
  wrapped('the right answer as the prototype of nothing', (body) => `{"__proto__":${body}}`),
];

const BOMB = gzipSync(Buffer.alloc(10 * 1024 * 1024));

const ENCODED: readonly Case[] = [
  encoded('gzip', (body) => gzipSync(body)),
  encoded('deflate', (body) => deflateSync(body)),
  encoded('deflate-raw', (body) => deflateRawSync(body)),
  encoded('br', (body) => brotliCompressSync(body)),
  {
    name: '10 MB of zeros as gzip',
    say: (operation) => succeeds(operation, BOMB, rightBody(operation)?.type, { 'content-encoding': 'gzip' }),
    verdict: 'unexpected',
  },
];

const TYPED: readonly Case[] = [
  'text/html; charset=utf-8',
  '',
  'application/octet-stream',
  'application/jsonp',
  'application/json+x',
  'text/json',
  'application/problem+json',
].map((type) =>
  headed(`the right answer as ${type === '' ? 'nothing' : type}`, type, {}, { verdict: 'unexpected' }),
);

export const BODIES: readonly Case[] = [
  headed('the right answer', 'right', {}, { verdict: 'fine' }),
  ...WRONG_JSON,
  ...WRONG_KEY,
  ...NO_JSON,
  ...ODD_JSON,
  ...ENCODED,
  ...TYPED,
  headed(
    'the right answer as text/plain',
    'text/plain',
    {},
    { verdict: 'unexpected', but: { text: 'fine' } },
  ),
  headed(
    'the right answer as application/json',
    'application/json',
    {},
    { verdict: 'fine', but: { text: 'unexpected' } },
  ),
];
