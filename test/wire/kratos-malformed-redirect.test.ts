import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { CANARY } from './kratos-malformed-canary.ts';
import { answer, type Case, JSON_TYPE, page, rightBody } from './kratos-malformed-case.ts';
import { WireServer } from './kratos-malformed-server.ts';
import { describeTrials } from './kratos-malformed-trial.ts';

/** Where every redirect points to: nobody may ever ask it for anything, least of all with the token. */
let elsewhere: WireServer;

beforeAll(async () => {
  elsewhere = await WireServer.start();
});
afterEach(() => {
  expect(elsewhere.connections).toBe(0);
});
afterAll(() => elsewhere.close());

/** What moved to the public port in v0.7 is redirected there by later admin ports: a reason to ask the public URL, if it is known. */
const MOVED = { movedIsFine: 'fine', moved: 'unsupported' } as const;

function redirect(status: number, name: string, location: () => string): Case {
  return {
    name: `a ${status} to ${name}`,
    say: () => (socket) => void socket.write(page(status, { location: location() })),
    verdict: 'unexpected',
    but: MOVED,
  };
}

describeTrials([
  ...[300, 301, 302, 303, 304, 305, 306, 307, 308, 399].map((status) =>
    redirect(status, 'another server', () => `${elsewhere.url}/${CANARY.answer}`),
  ),
  redirect(307, 'another server of no scheme', () => elsewhere.url.slice('http:'.length)),
  redirect(307, 'a login page', () => `${elsewhere.url}/login?rd=${encodeURIComponent(elsewhere.url)}`),
  redirect(307, 'itself', () => '/'),
  redirect(307, 'nothing', () => ''),
  redirect(307, 'no address', () => CANARY.answer),
  {
    name: 'a 302 with the right answer',
    say: (operation) => {
      const { text, type } = rightBody(operation) ?? { text: '{}', type: JSON_TYPE };
      return (socket) => void socket.write(answer(302, type, text, { location: elsewhere.url }));
    },
    verdict: 'unexpected',
    but: MOVED,
  },
  {
    name: 'a page that refreshes to another server',
    say: () => (socket) => void socket.write(page(200, { refresh: `0; url=${elsewhere.url}` })),
    verdict: 'unexpected',
  },
  {
    name: 'a page that names another server as its place',
    say: () => (socket) =>
      void socket.write(page(201, { location: elsewhere.url, 'content-location': elsewhere.url })),
    verdict: 'unexpected',
  },
]);
