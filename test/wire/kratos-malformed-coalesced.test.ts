import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isRemote, type RemoteError } from '../../src/model/errors.ts';
import type { NewIdentity } from '../../src/model/identity.ts';
import type { JsonValue } from '../../src/model/json.ts';
import { HandClock, until } from './clocks.ts';
import { ABSENCES } from './kratos-malformed-absences.ts';
import { BODIES } from './kratos-malformed-bodies.ts';
import { CANARY, expectNoCanary } from './kratos-malformed-canary.ts';
import { type Case, jsonAnswer, LAST_PAGE, type Say, says, verdictOf } from './kratos-malformed-case.ts';
import { OPERATIONS, type Operation } from './kratos-malformed-operations.ts';
import { WireServer } from './kratos-malformed-server.ts';
import { STATUSES } from './kratos-malformed-statuses.ts';
import { TRANSPORTS } from './kratos-malformed-transports.ts';
import { WIRE } from './kratos-operations.ts';
import { clientOf, MODERN } from './kratos-server.ts';

let server: WireServer;
beforeAll(async () => {
  server = await WireServer.start();
});
afterAll(() => server.close());

const CASES: readonly Case[] = [...BODIES, ...STATUSES, ...ABSENCES, ...TRANSPORTS].filter(
  ({ unasked }) => !unasked,
);
const FIRST = 'f0000000-0000-4000-8000-000000000000';
/** Those that travel together while the first is under way. */
const IDS = ['1', '2', '3'].map((digit) => `${digit}0000000-0000-4000-8000-000000000000`);
const DEADLINE_MS = 10_000;

type Settled = PromiseSettledResult<{ readonly id: string }>;
type Kratos = ReturnType<typeof clientOf>['kratos'];

/**
 * One call that is answered last, and three while it is under way, which the server answers in one with `strange`; what it is asked
 * besides it answers well, by `besides`.
 */
async function together(
  call: (kratos: Kratos, id: string) => Promise<{ readonly id: string }>,
  isTogether: (line: string) => boolean,
  strange: Say,
  besides: (text: string) => Buffer,
): Promise<readonly Settled[]> {
  const clock = new HandClock();
  const held: (() => void)[] = [];
  server.reset((socket) => {
    const text = server.heard.at(-1)?.text ?? '';
    const say = () => void socket.write(besides(text));
    if (isTogether(text)) strange(socket, () => clock.advance(DEADLINE_MS));
    else if (held.length === 0) held.push(say);
    else say();
  });
  await using client = clientOf(server.url, {
    clock,
    tokenFile: 'token',
    readFile: async () => CANARY.token,
  });
  const first = call(client.kratos, FIRST);
  const outcome = Promise.allSettled([first]);
  await until(() => held.length === 1);
  const calls = Promise.allSettled(IDS.map((id) => call(client.kratos, id)));
  await clock.elapse(1);
  const settled = await calls;
  held[0]?.();
  await outcome;
  return settled;
}

function sentWith(word: string, ...methods: readonly string[]): number {
  return server.heard.filter(
    ({ line, text }) => methods.includes(line.split(' ')[0] ?? '') && text.includes(word),
  ).length;
}

function failures(settled: readonly Settled[]): readonly RemoteError[] {
  return settled.flatMap((each) => {
    if (each.status === 'fulfilled') return [];
    const thrown: unknown = each.reason;
    if (!isRemote(thrown)) throw new Error('not a RemoteError');
    expectNoCanary(thrown);
    return [thrown];
  });
}

/** The operation of that name with another right answer. */
function operation(name: string, body: JsonValue): Operation {
  const found = OPERATIONS.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no operation ${name}`);
  return { ...found, body };
}

function casesFor(asked: Operation): readonly (readonly [string, Case, Say])[] {
  return CASES.flatMap((each) => {
    const say = each.say(asked);
    return say === undefined ? [] : [[each.name, each, say] as const];
  });
}

const identity = (id: string) => ({ ...WIRE, id, external_id: id, traits: { note: CANARY.answer } });
const LIST = operation('listIdentities', IDS.map(identity));
const isList = (text: string) => text.startsWith('GET /admin/identities?');

describe('identities that are read together, answered with', () => {
  const read = (kratos: Kratos, id: string) => kratos.getIdentity(MODERN, id);
  const one = (text: string) => jsonAnswer(200, identity(/identities\/(\S+)/.exec(text)?.[1] ?? ''));

  it.each(casesFor(LIST))('%s, are never absent', async (_, each, say) => {
    const settled = await together(read, isList, say, one);
    const failed = failures(settled);
    // All for the same reason, or none: what one identity could be the cause of, each is asked for alone.
    expect([0, IDS.length]).toContain(failed.length);
    for (const error of failed) {
      expect(['unavailable', 'unexpected', 'denied', 'conflict', 'expired']).toContain(error.code);
      expect(error.outcome).toBe('none');
    }
    if (['fine', 'tooLarge', 'invalid', 'unsupported'].includes(verdictOf(each, LIST)))
      expect(failed).toEqual([]);
    const found = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value.id] : []));
    expect(found).toEqual(failed.length === 0 ? IDS : []);
    expect(server.heard.filter(({ text }) => isList(text))).toHaveLength(1);
    for (const id of IDS) expect(sentWith(`/identities/${id}`, 'GET')).toBeLessThanOrEqual(1);
  });

  it('a list of others, are each looked for alone, and absent by their own 404 alone', async () => {
    const gone = jsonAnswer(404, { error: { code: 404, message: 'Unable to locate the resource' } });
    const others = says(jsonAnswer(200, [identity(FIRST), identity(IDS[0] ?? '')], LAST_PAGE));
    const settled = await together(read, isList, others, (text) =>
      text.includes(`/identities/${IDS[2]}`) ? gone : one(text),
    );
    expect(settled).toMatchObject([
      { status: 'fulfilled', value: { id: IDS[0] } },
      { status: 'fulfilled', value: { id: IDS[1] } },
      { status: 'rejected', reason: { code: 'notFound' } },
    ]);
  });
});

const entry = (id: string) => ({ action: 'create', identity: id });
const BATCH = operation('batchCreateIdentities', { identities: IDS.map(entry) });
const isBatch = (text: string) => text.startsWith('PATCH ');

describe('identities that are created together, answered with', () => {
  const create = (kratos: Kratos, id: string) => {
    const wanted: NewIdentity = {
      schemaId: 'default',
      traits: { note: CANARY.request },
      state: 'active',
      metadataPublic: undefined,
      metadataAdmin: undefined,
      externalId: id,
    };
    return kratos.createIdentity(MODERN, wanted, () => {});
  };
  const made = (text: string) =>
    isList(text)
      ? jsonAnswer(200, IDS.map(identity), LAST_PAGE)
      : jsonAnswer(
          text.startsWith('POST') ? 201 : 200,
          identity(/[0-9a-f]{8}-0000-4000-8000-0{12}/.exec(text)?.[0] ?? ''),
        );

  it.each(casesFor(BATCH))('%s, are never made twice', async (_, each, say) => {
    const settled = await together(create, isBatch, say, made);
    const failed = failures(settled);
    const verdict = verdictOf(each, BATCH);
    const again = each.definite === true && ['invalid', 'conflict', 'tooLarge'].includes(verdict);
    expect(failed).toHaveLength(verdict === 'fine' || again ? 0 : IDS.length);
    for (const error of failed) {
      expect(error).toMatchObject({ code: verdict, outcome: each.definite === true ? 'none' : 'unknown' });
    }
    // Once in the batch, and once more alone where the server said that it had made none.
    for (const id of IDS) expect(sentWith(`"external_id":"${id}"`, 'PATCH', 'POST')).toBe(again ? 2 : 1);
  });

  const REFUSED = { action: 'error', error: { code: 409, message: CANARY.answer } };
  it.each<[string, JsonValue]>([
    ['fewer outcomes than creations', { identities: IDS.slice(1).map(entry) }],
    ['more outcomes than creations', { identities: [...IDS, FIRST].map(entry) }],
    ['the same id twice', { identities: [IDS[0], IDS[0], IDS[2]].map((id) => entry(id ?? '')) }],
    ['the ids of one another', { identities: [1, 2, 0].map((index) => entry(IDS[index] ?? '')) }],
    ['an outcome of null', { identities: [entry(IDS[0] ?? ''), null, entry(IDS[2] ?? '')] }],
    [
      'an outcome of another action',
      { identities: [...IDS.slice(1).map(entry), { action: 'delete', identity: FIRST }] },
    ],
    [
      'a refusal of no known code',
      { identities: [...IDS.slice(1).map(entry), { action: 'error', error: { code: 500 } }] },
    ],
    ['a refusal without an error', { identities: [...IDS.slice(1).map(entry), { action: 'error' }] }],
    ['an outcome without an id', { identities: [...IDS.slice(1).map(entry), { action: 'create' }] }],
    [
      'an id of a wrong type',
      { identities: [...IDS.slice(1).map(entry), { action: 'create', identity: 7 }] },
    ],
    ['a refusal that is no object', { identities: [REFUSED, REFUSED, CANARY.answer] }],
  ])('%s, are never made twice, and none of them is known', async (_, body) => {
    const settled = await together(create, isBatch, says(jsonAnswer(200, body)), made);
    const failed = failures(settled);
    expect(failed).toHaveLength(IDS.length);
    for (const error of failed) expect(error).toMatchObject({ code: 'unexpected', outcome: 'unknown' });
    for (const id of IDS) expect(sentWith(`"external_id":"${id}"`, 'PATCH', 'POST')).toBe(1);
  });

  it.each<[string, Buffer]>([
    ['a list without them', jsonAnswer(200, [], LAST_PAGE)],
    ['a page', Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n<html>')],
    ['a 502', Buffer.from('HTTP/1.1 502 Bad\r\ncontent-length: 0\r\n\r\n')],
  ])('their ids, which then read as %s, are neither absent nor made twice', async (_, list) => {
    const batch = says(jsonAnswer(200, { identities: IDS.map(entry) }));
    const gone = jsonAnswer(404, { error: { code: 404, message: 'Unable to locate the resource' } });
    const settled = await together(create, isBatch, batch, (text) => {
      if (isList(text)) return list;
      return text.startsWith('GET') ? gone : made(text);
    });
    for (const error of failures(settled)) {
      expect(error).toMatchObject({ outcome: 'unknown' });
      expect(['unexpected', 'unavailable']).toContain(error.code);
    }
    expect(failures(settled)).toHaveLength(IDS.length);
    for (const id of IDS) expect(sentWith(`"external_id":"${id}"`, 'PATCH', 'POST')).toBe(1);
  });
});
