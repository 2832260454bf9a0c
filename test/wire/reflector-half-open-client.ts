import { HttpClient } from '../../src/http/client.ts';
import { KubeClient } from '../../src/kube/client.ts';
import { Reflector } from '../../src/kube/reflector.ts';
import { Store } from '../../src/kube/store.ts';
import type { KratosIdentity } from '../../src/model/generated/kratosidentity.ts';
import { realClock } from './clocks.ts';
import { SERVER_ADDRESS } from './reflector-namespaces.ts';

/* A reflector in a process of its own, with short limits; tells what it sees. */

/** A pool of its own for each purpose, as in the product. */
function client(): KubeClient {
  const http = new HttpClient({
    baseUrl: `http://${SERVER_ADDRESS}:8080`,
    connections: null,
    clock: realClock,
    deadlineMs: 5000,
    maxBytes: 1024 * 1024,
    connectTimeoutMs: 1000,
    idleMs: 2000,
  });
  return new KubeClient(http, { refresh: () => {} }, realClock);
}

const store = new Store<KratosIdentity>(() => undefined);
store.onChange((key, before, after) => {
  const versions = [before, after].map((each) => each?.metadata.resourceVersion ?? '-');
  process.send?.(`${key} ${versions.join('>')}`);
});

new Reflector<KratosIdentity>({
  requests: client(),
  watches: client(),
  api: '/apis/kratos.ory.sh/v1alpha1',
  plural: 'kratosidentities',
  namespace: undefined,
  store,
  clock: realClock,
  random: () => 0,
  metrics: {
    listed: () => {},
    relisted: (reason) => process.send?.(`relist ${reason}`),
    watched: (result) => process.send?.(`watch ${result}`),
    event: () => {},
    failed: (error) => process.send?.(`failed: ${error.message}`),
  },
}).start();
process.on('disconnect', () => process.exit());
