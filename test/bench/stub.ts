import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/*
 * A process of its own that answers every request with the recorded identity of v26.2.0, as fast as Node can: what is then measured is the
 * client. Prints its port; ends with its standard input.
 */

const file = new URL('../fixtures/kratos/answers.json', import.meta.url);
const answers = JSON.parse(readFileSync(file, 'utf8')) as Record<
  string,
  Record<string, { readonly body: unknown }>
>;
const body = JSON.stringify(answers['26.2.0']?.['get ada']?.body);
const headers = {
  'content-type': 'application/json; charset=utf-8',
  'content-length': Buffer.byteLength(body),
};

const server = createServer((request, response) => {
  request.resume();
  response.writeHead(200, headers).end(body);
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
process.stdin.on('end', () => process.exit(0)).resume();
