import { CANARY } from './kratos-malformed-canary.ts';
import {
  answer,
  type Case,
  head,
  JSON_TYPE,
  jsonAnswer,
  LAST_PAGE,
  page,
  rightBody,
  says,
} from './kratos-malformed-case.ts';

/** The right body under another status, or some JSON where success has none. */
function right(status: number, but: Case['but'] = {}): Case {
  return {
    name: `the right body with status ${status}`,
    say: (operation) => {
      if (operation.status === status) return undefined;
      const { text, type } = rightBody(operation) ?? { text: '{}', type: JSON_TYPE };
      return says(answer(status, type, text, LAST_PAGE));
    },
    verdict: 'unexpected',
    but,
  };
}

function html(status: number, rest: Pick<Case, 'verdict' | 'but' | 'definite'>): Case {
  return { name: `a page with status ${status}`, say: () => says(page(status)), ...rest };
}

/** An error in Kratos' form, of another server's words. */
function gateway(status: number, rest: Pick<Case, 'verdict' | 'but' | 'definite'>): Case {
  const body = { error: { code: status, status: 'Error', message: `upstream ${CANARY.answer}` } };
  return {
    name: `JSON in Kratos' form with status ${status}`,
    say: () => says(jsonAnswer(status, body)),
    ...rest,
  };
}

const SUCCESSES: readonly Case[] = [
  right(200),
  right(201),
  right(202),
  // What ends or changes something may answer nothing.
  right(204, { orNothing: 'fine' }),
  right(206),
  right(226),
  html(200, { verdict: 'unexpected' }),
  html(201, { verdict: 'unexpected' }),
  html(206, { verdict: 'unexpected' }),
  {
    name: 'nothing with status 204',
    say: ({ status }) => (status === 204 ? undefined : says(head(204, {}))),
    verdict: 'unexpected',
    but: { orNothing: 'fine' },
  },
  {
    name: 'nothing with the right status 204',
    say: ({ status }) => (status === 204 ? says(head(204, {})) : undefined),
    verdict: 'fine',
  },
  {
    // What follows is no part of it: it is the end of that connection.
    name: 'a 204 with a body after all',
    say: ({ status }) =>
      status === 204 ? says(`${head(204, { 'content-length': '2', connection: 'close' })}{}`) : undefined,
    verdict: 'fine',
  },
];

const FAILURES: readonly Case[] = [
  ...[400, 404, 408, 409, 410, 418, 422, 451].map((status) => html(status, { verdict: 'unexpected' })),
  html(401, { verdict: 'denied', definite: true }),
  html(403, { verdict: 'denied', definite: true }),
  html(407, { verdict: 'unexpected' }),
  html(413, { verdict: 'tooLarge', definite: true }),
  html(429, { verdict: 'unavailable', definite: true }),
  ...[500, 502, 503, 599, 999].map((status) => html(status, { verdict: 'unavailable' })),
  ...[500, 503].map((status) => gateway(status, { verdict: 'unavailable' })),
  gateway(401, { verdict: 'denied', definite: true }),
  gateway(403, { verdict: 'denied', definite: true }),
  gateway(429, { verdict: 'unavailable', definite: true }),
  // Nobody can tell these from Kratos' own.
  gateway(400, { verdict: 'invalid', definite: true }),
  gateway(409, { verdict: 'conflict', definite: true }),
  gateway(410, { verdict: 'expired', definite: true }),
  ...[400, 409].map(
    (status): Case => ({
      name: `a refusal of another form with status ${status}`,
      say: () =>
        says(jsonAnswer(status, { message: CANARY.answer, error: 'Bad Request', statusCode: status })),
      verdict: 'unexpected',
    }),
  ),
  {
    name: 'a conflict that says of itself that it is none',
    say: () => says(jsonAnswer(409, { error: { code: 200, message: CANARY.answer } })),
    verdict: 'unexpected',
  },
];

export const STATUSES: readonly Case[] = [...SUCCESSES, ...FAILURES];
