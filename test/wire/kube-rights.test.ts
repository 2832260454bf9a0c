import { afterEach, expect, test } from 'vitest';
import { missingRights } from '../../src/kube/rights.ts';
import { isObject, type JsonValue } from '../../src/model/json.ts';
import { KubeSetup } from './kube-support.ts';
import type { Answer } from './raw-server.ts';

let setup: KubeSetup | undefined;

afterEach(async () => {
  await setup?.close();
});

async function client(answer: Answer) {
  setup = await KubeSetup.start(answer);
  return setup.api.requests;
}

/** A server that denies what the predicate picks. */
function reviewing(denies: (asked: Readonly<Record<string, JsonValue>>) => boolean): Answer {
  return (seen, response) => {
    const body: JsonValue = JSON.parse(seen.body);
    const spec = isObject(body) ? body.spec : undefined;
    const asked = isObject(spec) ? spec.resourceAttributes : undefined;
    const allowed = !(isObject(asked) && denies(asked));
    response.writeHead(201, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ kind: 'SelfSubjectAccessReview', status: { allowed } }));
  };
}

test('names every right that is lacking, and only those', async () => {
  const requests = await client(
    reviewing(
      ({ resource, subresource, verb }) =>
        subresource === 'status' || (resource === 'leases' && verb === 'create'),
    ),
  );
  expect(await missingRights(requests, { namespaces: [], leaseNamespace: 'ops' })).toEqual([
    'patch kratosidentities/status',
    'create leases in ops',
  ]);
});

test('asks for each namespace that is watched', async () => {
  const requests = await client(reviewing(({ namespace, verb }) => namespace === 'b' && verb === 'watch'));
  expect(await missingRights(requests, { namespaces: ['a', 'b'], leaseNamespace: undefined })).toEqual([
    'watch kratosidentities in b',
  ]);
});

test('an API server that does not know the question denies nothing', async () => {
  const requests = await client((_, response) => {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found\n');
  });
  expect(await missingRights(requests, { namespaces: [], leaseNamespace: 'ops' })).toEqual([]);
});
