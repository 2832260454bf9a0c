import { CANARY } from './kratos-malformed-canary.ts';
import {
  always,
  type Case,
  ends,
  goesOn,
  head,
  JSON_TYPE,
  LAST_PAGE,
  PAGE,
  rightBody,
  says,
  stalls,
} from './kratos-malformed-case.ts';
import type { Operation } from './kratos-malformed-operations.ts';

/** Part of the right answer's bytes, or of some JSON where the right one has none. */
function body(operation: Operation): string {
  return rightBody(operation)?.text ?? `{"note":"${CANARY.answer}"}`;
}

function type(operation: Operation): string {
  return rightBody(operation)?.type ?? JSON_TYPE;
}

/** Head of an answer with a body, for every operation. */
function headOf(operation: Operation, headers: Readonly<Record<string, string | readonly string[]>>): string {
  const status = operation.status === 204 ? 200 : operation.status;
  return head(status, { 'content-type': type(operation), ...LAST_PAGE, ...headers });
}

/** The first part of the right body, of which all was promised, and then no more. */
function cut(operation: Operation, keep: (text: string) => number): string {
  const text = body(operation);
  const length = `${Buffer.byteLength(text)}`;
  return headOf(operation, { 'content-length': length }) + text.slice(0, keep(text));
}

function chunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}

const CHUNKED = { 'transfer-encoding': 'chunked' };

/** Bytes that are no answer of HTTP/1.1, or a part of one: nobody can tell what became of the request. */
const NO_ANSWER: readonly (readonly [string, Case['say']])[] = [
  ['no byte, and the end', always(ends(''))],
  ['no byte, and a reset', always((socket) => void socket.resetAndDestroy())],
  ['half a status line', always(ends('HTTP/1.1 20'))],
  ['a status line and no more', always(ends('HTTP/1.1 200 OK\r\n'))],
  ['half a head', (operation) => ends(headOf(operation, {}).slice(0, -3))],
  ['a head and none of its body', (operation) => ends(cut(operation, () => 0))],
  ['the first byte of its body', (operation) => ends(cut(operation, () => 1))],
  ['half its body', (operation) => ends(cut(operation, ({ length }) => length / 2))],
  ['all but the last byte', (operation) => ends(cut(operation, ({ length }) => length - 1))],
  [
    'half its body, and a reset',
    (operation) => (socket) => {
      socket.write(
        cut(operation, ({ length }) => length / 2),
        () => socket.resetAndDestroy(),
      );
    },
  ],
  [
    'a length that is too long, and the end',
    (operation) => ends(headOf(operation, { 'content-length': '99999' }) + body(operation)),
  ],
  ['a negative length', (operation) => ends(headOf(operation, { 'content-length': '-1' }) + body(operation))],
  [
    'a length in words',
    (operation) => ends(headOf(operation, { 'content-length': 'ten' }) + body(operation)),
  ],
  [
    'a length beyond all numbers',
    (operation) => ends(headOf(operation, { 'content-length': '9'.repeat(40) }) + body(operation)),
  ],
  [
    'two different lengths',
    (operation) =>
      ends(
        headOf(operation, { 'content-length': ['2', `${Buffer.byteLength(body(operation))}`] }) +
          body(operation),
      ),
  ],
  [
    'a broken chunk',
    (operation) => ends(`${headOf(operation, CHUNKED)}zz\r\n${body(operation)}\r\n0\r\n\r\n`),
  ],
  [
    'a chunk of another size than it says',
    (operation) => ends(`${headOf(operation, CHUNKED)}2\r\n${body(operation)}\r\n0\r\n\r\n`),
  ],
  [
    'a negative chunk',
    (operation) => ends(`${headOf(operation, CHUNKED)}-5\r\n${body(operation)}\r\n0\r\n\r\n`),
  ],
  ['half a chunk', (operation) => ends(headOf(operation, CHUNKED) + chunk(body(operation)).slice(0, -8))],
  ['no last chunk', (operation) => ends(headOf(operation, CHUNKED) + chunk(body(operation)))],
  ['half its last chunk', (operation) => ends(`${headOf(operation, CHUNKED)}${chunk(body(operation))}0\r`)],
  ['a 100 and the end', always(ends('HTTP/1.1 100 Continue\r\n\r\n'))],
  [
    'a 101 to another protocol',
    always(ends('HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n')),
  ],
  ['a 103 and the end', always(ends('HTTP/1.1 103 Early Hints\r\n\r\n'))],
  ['TLS', always(ends(Buffer.from('15030100020228160301', 'hex')))],
  ['a page of HTTP/0.9', always(ends(PAGE))],
  ['JSON of HTTP/0.9', (operation) => ends(body(operation))],
  ['the preface of HTTP/2', always(ends('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'))],
  ['a frame of HTTP/2', always(ends(Buffer.from('000000040000000000', 'hex')))],
  ['the banner of SSH', always(ends(`SSH-2.0-${CANARY.answer}\r\n`))],
  ['zeros', always(ends(Buffer.alloc(4096)))],
  ['a status in words', always(ends(`HTTP/1.1 fine ${CANARY.answer}\r\n\r\n`))],
  ['a status of four digits', always(ends(`HTTP/1.1 2000 ${CANARY.answer}\r\n\r\n`))],
  ['a header without a colon', always(ends(`HTTP/1.1 200 OK\r\n${CANARY.answer}\r\n\r\n`))],
  ['a header with a zero', always(ends(`HTTP/1.1 200 OK\r\nx: \u0000${CANARY.answer}\r\n\r\n`))],
  ['a header of 1 MB', always(ends(`HTTP/1.1 200 OK\r\nx: ${CANARY.answer.repeat(52_429)}\r\n\r\n`))],
  ['headers without end', always(goesOn('HTTP/1.1 200 OK\r\n', `x: ${CANARY.answer}\r\n`.repeat(100)))],
];

/** Nothing that ends by itself: the deadline ends it. */
const NO_END: readonly (readonly [string, Case['say']])[] = [
  ['silence', always(stalls(''))],
  ['a head and silence', (operation) => stalls(cut(operation, () => 0))],
  ['half a body and silence', (operation) => stalls(cut(operation, ({ length }) => length / 2))],
  [
    'a length that is too long, and silence',
    (operation) => stalls(headOf(operation, { 'content-length': '99999' }) + body(operation)),
  ],
  ['no last chunk, and silence', (operation) => stalls(headOf(operation, CHUNKED) + chunk(body(operation)))],
  ['a byte now and then', (operation) => goesOn(headOf(operation, { 'content-length': '1000000' }), ' ', 20)],
  ['a byte of a header now and then', always(goesOn('HTTP/1.1 200 OK\r\nx: ', 'x', 20))],
  ['a 102 again and again', always(goesOn('', 'HTTP/1.1 102 Processing\r\n\r\n', 20))],
  ['a 103 again and again', always(goesOn('', 'HTTP/1.1 103 Early Hints\r\nlink: </>\r\n\r\n', 20))],
];

const FILL = Buffer.from(CANARY.answer.repeat(13_108));
const FILL_CHUNK = Buffer.concat([Buffer.from(`${FILL.length.toString(16)}\r\n`), FILL, Buffer.from('\r\n')]);
/** The cap is one of the port, whatever is asked for: bodies of other forms are tried on one operation of each. */
const OF_EACH_PORT = new Set(['createIdentity', 'listIdentities', 'getSchema']);

/** Answers beyond any cap. */
const TOO_LARGE: readonly (readonly [string, Case['say']])[] = [
  ['a body without end', (operation) => goesOn(headOf(operation, CHUNKED), FILL_CHUNK)],
  [
    'a body without length or end',
    (operation) => (OF_EACH_PORT.has(operation.name) ? goesOn(headOf(operation, {}), FILL) : undefined),
  ],
  [
    'a string of 100 MB',
    (operation) =>
      OF_EACH_PORT.has(operation.name)
        ? goesOn(`${headOf(operation, { 'content-length': '104857600' })}{"id":"`, FILL)
        : undefined,
  ],
];

/** Odd ways to say the right thing, and to say it wrong where no transport can tell. */
const ODD: readonly Case[] = [
  {
    name: 'the right answer, up to the end of the connection',
    say: (operation) => ends(headOf(operation, { connection: 'close' }) + body(operation)),
    verdict: 'fine',
    // Success has no body there: this is a 200.
    but: { nothing: 'unexpected' },
  },
  {
    name: 'half the right answer, up to the end of the connection',
    say: (operation) =>
      ends(headOf(operation, { connection: 'close' }) + body(operation).slice(0, body(operation).length / 2)),
    verdict: 'unexpected',
    // Half a text is a text.
    but: { text: 'fine' },
  },
  {
    name: 'the right answer in chunks of a byte',
    say: (operation) =>
      says(`${headOf(operation, CHUNKED)}${body(operation).split('').map(chunk).join('')}0\r\n\r\n`),
    verdict: 'fine',
    but: { nothing: 'unexpected' },
  },
  {
    name: 'a length that is too short',
    say: (operation) => says(headOf(operation, { 'content-length': '9' }) + body(operation)),
    verdict: 'unexpected',
    but: { text: 'fine' },
  },
  {
    name: 'a length of nothing',
    say: (operation) => says(headOf(operation, { 'content-length': '0' }) + body(operation)),
    verdict: 'unexpected',
  },
  {
    name: 'the right answer after a 100 and a 103',
    say: (operation) =>
      ends(`HTTP/1.1 103 Early Hints\r\n\r\n${headOf(operation, { connection: 'close' })}${body(operation)}`),
    verdict: 'fine',
    but: { nothing: 'unexpected' },
  },
];

export const TRANSPORTS: readonly Case[] = [
  ...NO_ANSWER.map(([name, say]): Case => ({ name, say, verdict: 'unavailable' })),
  {
    name: 'the end of the connection as it begins',
    say: always(ends('')),
    verdict: 'unavailable',
    unasked: true,
  },
  {
    name: 'a reset of the connection as it begins',
    say: always((socket) => void socket.resetAndDestroy()),
    verdict: 'unavailable',
    unasked: true,
  },
  {
    name: 'a greeting before the request',
    say: always(ends(`220 ${CANARY.answer}\r\n`)),
    verdict: 'unavailable',
    unasked: true,
  },
  ...NO_END.map(([name, say]): Case => ({ name, say, verdict: 'unavailable' })),
  ...TOO_LARGE.map(([name, say]): Case => ({ name, say, verdict: 'tooLarge' })),
  ...ODD,
];
