import { createServer, type ServerResponse } from 'node:http';
import { identity, listOf, sendWatch } from './kube-support.ts';
import { sendJson } from './raw-server.ts';
import { SERVER_ADDRESS } from './reflector-namespaces.ts';

/* A collection in a process of its own: told a name and a version, it adds that object; tells what it is asked. */

const BOOKMARK_EVERY_MS = 100;
const FIRST = '10';
const events: { readonly type: string; readonly object: ReturnType<typeof identity> }[] = [];
const watches = new Set<ServerResponse>();

const server = createServer((request, response) => {
  const { searchParams } = new URL(request.url ?? '/', 'http://server');
  if (!searchParams.has('watch')) {
    process.send?.('list');
    return sendJson(response, 200, listOf([identity('a', '1')], FIRST));
  }
  const from = searchParams.get('resourceVersion');
  process.send?.(`watch ${from}`);
  const seen = events.findIndex(({ object }) => object.metadata.resourceVersion === from);
  sendWatch(response, ...events.slice(seen + 1));
  watches.add(response);
  response.on('close', () => watches.delete(response)).on('error', () => {});
});

process.on('message', ({ name, version }: { readonly name: string; readonly version: string }) => {
  const event = { type: 'ADDED', object: identity(name, version) };
  events.push(event);
  for (const each of watches) each.write(`${JSON.stringify(event)}\n`);
});

setInterval(() => {
  const resourceVersion = events.at(-1)?.object.metadata.resourceVersion ?? FIRST;
  const bookmark = { type: 'BOOKMARK', object: { kind: 'KratosIdentity', metadata: { resourceVersion } } };
  for (const each of watches) each.write(`${JSON.stringify(bookmark)}\n`);
}, BOOKMARK_EVERY_MS);

server.listen(8080, SERVER_ADDRESS, () => process.send?.('listening'));
process.on('disconnect', () => process.exit());
