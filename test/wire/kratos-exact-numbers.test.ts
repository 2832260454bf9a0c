import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jsonText, yamlText } from '../../src/cli/structured.ts';
import type { IdentityChange } from '../../src/model/identity.ts';
import { CLASSIC, clientOf } from './kratos-server.ts';

const ID = '149b07b6-2c92-4fb1-8a1d-560bffd55dbd';
/** As somebody else wrote it. */
const THEIRS = '"serial":12345678901234567890,"rate":0.12345678901234567890';
const IDENTITY = `{"id":"${ID}","schema_id":"default","traits":{"mine":1,${THEIRS}}}`;

const bodies: string[] = [];
const server = createServer((request, response) => {
  void text(request).then((body) => {
    bodies.push(body);
    response.writeHead(200, { 'content-type': 'application/json' }).end(IDENTITY);
  });
});

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => new Promise((resolve) => server.close(resolve)));

function client() {
  return clientOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

test('a whole identity is written back with the numbers of others as they were', async () => {
  await using side = client();
  const current = await side.kratos.getIdentity(CLASSIC, ID);
  const change: IdentityChange = {
    traits: [{ op: 'set', path: ['mine'], value: 2 }],
    metadataPublic: [],
    metadataAdmin: [],
  };
  await side.kratos.updateIdentity(CLASSIC, current, change);
  expect(bodies.at(-1)).toBe(`{"schema_id":"default","traits":{"mine":2,${THEIRS}}}`);
});

test('people are shown the numbers that the server told', async () => {
  await using side = client();
  const { raw } = await side.kratos.getIdentity(CLASSIC, ID);
  expect(jsonText(raw)).toContain('"serial": 12345678901234567890,\n    "rate": 0.12345678901234567890\n');
  expect(await yamlText(raw)).toContain('serial: 12345678901234567890\n');
});
