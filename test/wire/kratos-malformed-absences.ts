import type { JsonValue } from '../../src/model/json.ts';
import { recorded, textOf } from '../fixtures/kratos/recorded.ts';
import { CANARY } from './kratos-malformed-canary.ts';
import { answer, type Case, JSON_TYPE, jsonAnswer, says, stalls } from './kratos-malformed-case.ts';

const WORDS = 'Unable to locate the resource';
const OTHER_WORDS = 'The requested resource could not be found';

function absence(message: string, more: Readonly<Record<string, JsonValue>> = {}): string {
  return JSON.stringify({ error: { code: 404, status: 'Not Found', message, ...more } });
}

/** A 404 that is not Kratos' own about one thing. */
function never(name: string, type: string, body: string): Case {
  return { name, say: () => says(answer(404, type, body)), verdict: 'unexpected' };
}

/** What only Kratos says, in its own words of every version: about one thing it means that this is gone, and else nothing. */
function genuine(name: string, body: string): Case {
  return {
    name,
    say: ({ kinds }) => (kinds.has('one') ? says(answer(404, JSON_TYPE, body)) : undefined),
    verdict: 'notFound',
    definite: true,
    but: { absenceIsFine: 'fine' },
  };
}

/** The same about a route that is not about one thing: a list or a creation of which nothing can be gone. */
function ofRoute(name: string, body: string): Case {
  return {
    name: `${name}, of a route`,
    say: ({ kinds }) => (kinds.has('one') ? undefined : says(answer(404, JSON_TYPE, body))),
    verdict: 'unexpected',
  };
}

const OWN: readonly (readonly [string, string])[] = [
  ["Kratos' own words", absence(WORDS)],
  ["Kratos' other words", absence(OTHER_WORDS)],
  ["Kratos' words behind those of its database", absence(`sql: no rows in result set: ${WORDS}`)],
  ...(['0.5.5', '26.2.0'] as const).map(
    (version) => [`a recorded absence of ${version}`, textOf(recorded(version, 'get missing'))] as const,
  ),
];

const TEXT = 'text/plain; charset=utf-8';
const ROUTER_TEXTS: readonly (readonly [number, string])[] = [
  [404, '404 page not found\n'],
  [405, 'Method Not Allowed\n'],
];

export const ABSENCES: readonly Case[] = [
  ...OWN.map(([name, body]) => genuine(name, body)),
  ...OWN.map(([name, body]) => ofRoute(name, body)),
  never('nothing', '', ''),
  never('an empty object', JSON_TYPE, '{}'),
  never('an empty list', JSON_TYPE, '[]'),
  never('null', JSON_TYPE, 'null'),
  never("a gateway's JSON", JSON_TYPE, JSON.stringify({ message: 'no Route matched with those values' })),
  never("a gateway's JSON with Kratos' words", JSON_TYPE, JSON.stringify({ message: WORDS, code: 404 })),
  never(
    'JSON of the API server',
    JSON_TYPE,
    JSON.stringify({ kind: 'Status', code: 404, reason: 'NotFound', message: WORDS }),
  ),
  never('an error in words alone', JSON_TYPE, JSON.stringify({ error: WORDS })),
  never("a list of Kratos' errors", JSON_TYPE, `[${absence(WORDS)}]`),
  never("Kratos' form with a gateway's words", JSON_TYPE, absence(`no route to ${CANARY.answer}`)),
  never("Kratos' form without words", JSON_TYPE, JSON.stringify({ error: { code: 404 } })),
  never("Kratos' words followed by others", JSON_TYPE, absence(`${WORDS} at the gateway`)),
  never("Kratos' words in capitals", JSON_TYPE, absence(WORDS.toUpperCase())),
  never("Kratos' words as its reason", JSON_TYPE, absence('upstream', { reason: WORDS })),
  never("Kratos' words in a list", JSON_TYPE, JSON.stringify({ error: { code: 404, message: [WORDS] } })),
  never("Kratos' words with a code in words", JSON_TYPE, absence(WORDS, { code: '404' })),
  never("Kratos' words with a code of success", JSON_TYPE, absence(WORDS, { code: 200 })),
  never("Kratos' words with the code of a gateway", JSON_TYPE, absence(WORDS, { code: 502 })),
  never("Kratos' words as a page", 'text/html', absence(WORDS)),
  never("Kratos' words as text", TEXT, absence(WORDS)),
  never("Kratos' words of no type", '', absence(WORDS)),
  never("Kratos' words of another JSON type", 'application/problem+json', absence(WORDS)),
  never("Kratos' words, cut", JSON_TYPE, absence(WORDS).slice(0, -1)),
  never("Kratos' words twice", JSON_TYPE, absence(WORDS).repeat(2)),
  never("Kratos' words after a byte order mark", JSON_TYPE, `\uFEFF${absence(WORDS)}`),
  {
    name: "Kratos' words as gzip, that they are not",
    say: () => says(answer(404, JSON_TYPE, absence(WORDS), { 'content-encoding': 'gzip' })),
    verdict: 'unexpected',
  },
  {
    name: "the head of Kratos' words and silence",
    say: () => stalls(answer(404, JSON_TYPE, absence(WORDS)).subarray(0, -1)),
    verdict: 'unavailable',
  },
  ...[400, 451].map(
    (status): Case => ({
      name: `Kratos' words with status ${status}`,
      say: () => says(jsonAnswer(status, { error: { code: status, message: WORDS } })),
      // A refusal in Kratos' form, but no absence.
      verdict: 'invalid',
      definite: true,
    }),
  ),
  ...[500, 502].map(
    (status): Case => ({
      name: `Kratos' words with status ${status}`,
      say: () => says(jsonAnswer(status, { error: { code: 404, message: WORDS } })),
      verdict: 'unavailable',
    }),
  ),
  ...ROUTER_TEXTS.map(
    ([status, body]): Case => ({
      name: `the router's own ${status}`,
      say: () => says(answer(status, TEXT, body)),
      verdict: 'unsupported',
      definite: true,
    }),
  ),
  ...ROUTER_TEXTS.flatMap(([status, body]): readonly Case[] =>
    (
      [
        ['as a page', 'text/html', body],
        ['as JSON', JSON_TYPE, JSON.stringify(body)],
        ['of no type', '', body],
        ['with more words', TEXT, `${body}nginx`],
        ['with other words', TEXT, 'not found'],
        ['with no words', TEXT, ''],
      ] as const
    ).map(([how, type, words]) => ({
      name: `the router's ${status} ${how}`,
      say: () => says(answer(status, type, words)),
      verdict: 'unexpected',
    })),
  ),
  {
    name: "the router's 404 with status 405",
    say: () => says(answer(405, TEXT, '404 page not found\n')),
    verdict: 'unexpected',
  },
];
