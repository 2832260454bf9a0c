import { describe, expect, it } from 'vitest';
import {
  exchange,
  ID,
  MUTATIONS,
  OF_ONE,
  OPERATIONS,
  SHAPED,
  unanswered,
  WIRE,
} from './kratos-operations.ts';
import {
  clientOf,
  html,
  json,
  MODERN,
  NOT_FOUND,
  ROUTER_404,
  type Scripted,
  serve,
} from './kratos-server.ts';

describe.each(OPERATIONS)('%s takes for an answer of Kratos', (_, operation) => {
  it.each<[string, Scripted]>([
    ["a proxy's page with status 200", html(200)],
    ["a proxy's page with status 201", html(201)],
    ["a proxy's page with status 404", html(404)],
    ["a proxy's page with status 400", html(400)],
    ['null', json(200, null)],
    ['a number', json(200, 1)],
    ['JSON under another content type', { ...json(200, WIRE), headers: { 'content-type': 'text/plain' } }],
    ['text that is not JSON', { ...html(200), headers: { 'content-type': 'application/json' } }],
  ])('never %s', async (_, answer) => {
    await expect(exchange(answer, operation)).rejects.toMatchObject({ code: 'unexpected' });
  });

  it('never what a cut answer began with', async () => {
    await expect(exchange('truncate', operation)).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('never nothing: it ends at its deadline', async () => {
    await expect(unanswered(operation)).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('no 5xx, and passes on how long to wait', async () => {
    const answer = html(502, { 'retry-after': '2' });
    await expect(exchange(answer, operation)).rejects.toMatchObject({
      code: 'unavailable',
      retryAfterMs: 2_000,
    });
  });

  it('no denial', async () => {
    await expect(exchange(html(403), operation)).rejects.toMatchObject({ code: 'denied', outcome: 'none' });
  });
});

describe.each(SHAPED)('%s takes for an answer of Kratos', (_, operation) => {
  it('never JSON of another shape', async () => {
    await expect(exchange(json(200, { hello: 'world' }), operation)).rejects.toMatchObject({
      code: 'unexpected',
    });
    await expect(exchange(json(201, { hello: 'world' }), operation)).rejects.toMatchObject({
      code: 'unexpected',
    });
  });

  it('never a redirect, and does not follow it', async () => {
    await using elsewhere = await serve(() => json(200, WIRE));
    await expect(exchange(html(307, { location: elsewhere.url }), operation)).rejects.toMatchObject({
      code: 'unexpected',
    });
    expect(elsewhere.received).toEqual([]);
  });
});

describe.each(OF_ONE)('%s takes for the identity it names', (_, operation) => {
  it('never another one', async () => {
    const other = json(200, { ...WIRE, id: 'another', external_id: 'another' });
    await expect(exchange(other, operation)).rejects.toMatchObject({ code: 'unexpected' });
  });
});

describe.each(MUTATIONS)('%s knows its outcome', (_, operation) => {
  it.each<[string, Scripted]>([
    ['a 5xx', html(503)],
    ['a page that should have been an answer', html(200)],
    ['a cut answer', 'truncate'],
  ])('to be unknown after %s', async (_, answer) => {
    await expect(exchange(answer, operation)).rejects.toMatchObject({ outcome: 'unknown' });
  });

  it('to be unknown after no answer', async () => {
    await expect(unanswered(operation)).rejects.toMatchObject({ outcome: 'unknown' });
  });

  it.each<[string, Scripted]>([
    ['a refusal', json(400, { error: { code: 400, message: 'bad' } })],
    ['a conflict', json(409, { error: { code: 409, message: 'taken' } })],
    ['a 429', html(429)],
    ['a denial', html(401)],
  ])('to be none after %s', async (_, answer) => {
    await expect(exchange(answer, operation)).rejects.toMatchObject({ outcome: 'none' });
  });

  it('to be none where nothing listens', async () => {
    const server = await serve(() => NOT_FOUND);
    await server[Symbol.asyncDispose]();
    await using client = clientOf(server.url);
    await expect(operation(client.kratos)).rejects.toMatchObject({ code: 'unavailable', outcome: 'none' });
  });
});

describe('onAnswer', () => {
  it.each<[string, Scripted, number]>([
    ['a result', json(200, WIRE), 1],
    ['a refusal in the form and words of Kratos', NOT_FOUND, 1],
    ["a proxy's page", html(200), 0],
    ["a gateway's 502, even as JSON", json(502, { error: { code: 502, message: 'upstream' } }), 0],
    ['plain text', ROUTER_404, 0],
    ['a cut answer', 'truncate', 0],
  ])('after %s', async (_, answer, times) => {
    let told = 0;
    await using server = await serve(() => answer);
    await using client = clientOf(server.url, { onAnswer: () => (told += 1) });
    await client.kratos.getIdentity(MODERN, ID).catch(() => {});
    expect(told).toBe(times);
  });
});
