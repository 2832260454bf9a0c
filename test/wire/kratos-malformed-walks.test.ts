import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isRemote } from '../../src/model/errors.ts';
import type { Capabilities } from '../../src/model/identity.ts';
import type { JsonValue } from '../../src/model/json.ts';
import { CANARY, expectNoCanary } from './kratos-malformed-canary.ts';
import { answer, ends, jsonAnswer, page, type Say, says, stalls } from './kratos-malformed-case.ts';
import { WireServer } from './kratos-malformed-server.ts';
import { drain, WIRE } from './kratos-operations.ts';
import { CLASSIC, clientOf, MODERN, stoppedClock } from './kratos-server.ts';

let server: WireServer;
beforeAll(async () => {
  server = await WireServer.start();
});
afterAll(() => server.close());

/** Walks a server that answers one page after the other by this script, and tells how it ended. */
async function walk(
  has: Capabilities,
  script: (index: number) => Say,
): Promise<readonly string[] | undefined> {
  const clock = stoppedClock();
  server.reset((socket) => script(server.heard.length - 1)(socket, () => clock.expire()));
  await using client = clientOf(server.url, {
    clock,
    tokenFile: 'token',
    readFile: async () => CANARY.token,
  });
  try {
    return await drain(client.kratos.listIdentities(has));
  } catch (error) {
    expect(isRemote(error)).toBe(true);
    expect(error).toMatchObject({ outcome: 'none' });
    expect(isRemote(error, 'notFound', 'unsupported')).toBe(false);
    expectNoCanary(error as Error);
    return undefined;
  }
}

function items(from: number, count: number): JsonValue[] {
  return Array.from({ length: count }, (_, index) => ({ ...WIRE, id: `id-${from + index}` }));
}

function next(token: string): Readonly<Record<string, string>> {
  return { link: `</admin/identities?page_size=250&page_token=${token}>; rel="next"` };
}

const LAST = { link: '</admin/identities?page_size=250&page_token=0>; rel="first"' };

describe('a keyset walk', () => {
  it('ends at the last page', async () => {
    const ids = await walk(MODERN, (index) =>
      says(jsonAnswer(200, items(index, 1), index === 2 ? LAST : next(`${index}`))),
    );
    expect(ids).toEqual(['id-0', 'id-1', 'id-2']);
  });

  it.each<[string, number, (index: number) => Buffer]>([
    ['a page that names itself', 2, () => jsonAnswer(200, items(0, 1), next('same'))],
    ['two pages that name each other', 3, (index) => jsonAnswer(200, items(index, 1), next(`${index % 2}`))],
    ['the same page under ever new tokens', 3, (index) => jsonAnswer(200, items(0, 1), next(`${index}`))],
    ['empty pages under ever new tokens', 2, (index) => jsonAnswer(200, [], next(`${index}`))],
    ['a page without links', 1, () => jsonAnswer(200, items(0, 1))],
    ['a link without a token', 1, () => jsonAnswer(200, items(0, 1), { link: '</x>; rel="next"' })],
    ['a link with an empty token', 1, () => jsonAnswer(200, items(0, 1), next(''))],
    ['a link that is none', 1, () => jsonAnswer(200, items(0, 1), { link: CANARY.answer })],
    ['a link that never closes', 1, () => jsonAnswer(200, items(0, 1), { link: '<'.repeat(15_000) })],
  ])('never ends well, nor goes on for ever, over %s', async (_, requests, script) => {
    expect(await walk(MODERN, (index) => says(script(index)))).toBeUndefined();
    expect(server.heard).toHaveLength(requests);
  });
});

/** What may stand in the place of the second page. */
const STRANGE: readonly (readonly [string, Say])[] = [
  ['a page of a proxy', says(page(200))],
  ['a page of a proxy called JSON', says(answer(200, 'application/json', '<html>'))],
  ['a 404 of a proxy', says(page(404))],
  [
    "a 404 in Kratos' words",
    says(jsonAnswer(404, { error: { code: 404, message: 'Unable to locate the resource' } })),
  ],
  ['a 204', says(answer(204, '', ''))],
  ['a 304', says(answer(304, '', ''))],
  ['a redirect', says(page(307, { location: '/' }))],
  ['a 502', says(page(502))],
  ['a 429', says(page(429))],
  ['a denial', says(page(403))],
  ['null', says(jsonAnswer(200, null, LAST))],
  ['an empty object', says(jsonAnswer(200, {}, LAST))],
  ['one identity in place of a list', says(jsonAnswer(200, WIRE, LAST))],
  ['a list with one item that is none', says(jsonAnswer(200, [WIRE, { id: 7 }], LAST))],
  ['a list without its end', ends(jsonAnswer(200, items(9, 2), LAST).subarray(0, -1))],
  ['a list as gzip that it is not', says(jsonAnswer(200, [], { ...LAST, 'content-encoding': 'gzip' }))],
  ['the end of the connection', ends('')],
  ['silence', stalls('')],
];

describe.each(STRANGE)('a walk whose second page is %s', (_, strange) => {
  it('fails by keyset', async () => {
    const first = says(jsonAnswer(200, items(0, 1), next('t')));
    expect(await walk(MODERN, (index) => (index === 0 ? first : strange))).toBeUndefined();
    expect(server.heard).toHaveLength(2);
  });

  it('fails by number', async () => {
    const first = says(jsonAnswer(200, items(0, 250)));
    expect(await walk(CLASSIC, (index) => (index === 0 ? first : strange))).toBeUndefined();
    expect(server.heard).toHaveLength(2);
  });
});

describe('a walk by number', () => {
  it('never goes on for ever where the number of the page is ignored', async () => {
    expect(await walk(CLASSIC, () => says(jsonAnswer(200, items(0, 250))))).toBeUndefined();
    expect(server.heard).toHaveLength(3);
  });
});
