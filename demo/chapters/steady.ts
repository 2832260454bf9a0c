import { listOf, objectOf, textOf } from '../fields.ts';
import { identitiesIn } from '../kube.ts';
import { RESYNC_S, type Scene } from '../scene.ts';
import type { Traffic } from '../servers.ts';
import { NotSeen, pause } from '../until.ts';
import type { Chapter } from './chapter.ts';

/** Two resyncs with their jitter, and some. */
const WINDOW_S = 2.5 * RESYNC_S;
const QUIET_MS = 500;

export const steady: Chapter = {
  title: 'Nothing to do',
  why: 'Every identity is compared with its resource again and again, and nothing is written.',
  play: async (scene) => {
    const { traffic } = scene.servers;
    if (traffic !== undefined) await quiet(scene, traffic);
    scene.timeline.say('demo', '', `watches for ${WINDOW_S} s, which is two resyncs`);
    if (traffic === undefined) await compareAll(scene);
    else await countWrites(scene, traffic);
  },
};

/** What came before may still be under way: events, for one, are written after all else. */
async function quiet(scene: Scene, traffic: () => Traffic): Promise<void> {
  let last = -1;
  let since = 0;
  await scene.see('rest', 'admin', () => {
    const { kubeWrites, kratosWrites } = traffic();
    const now = performance.now();
    if (kubeWrites + kratosWrites !== last) since = now;
    last = kubeWrites + kratosWrites;
    return now - since > QUIET_MS ? true : undefined;
  });
}

/** The stand-ins count every request. */
async function countWrites({ timeline, signal }: Scene, traffic: () => Traffic): Promise<void> {
  const before = traffic();
  await pause(WINDOW_S * 1000, signal);
  const after = traffic();
  const count = (what: keyof Traffic) => after[what] - before[what];
  const kube = `${count('kubeWrites')} writes (and ${count('leaseWrites')} renewals of the lease)`;
  const kratos = `${count('kratosWrites')} writes, ${count('kratosReads')} reads`;
  if (count('kubeWrites') + count('kratosWrites') > 0 || count('kratosReads') === 0)
    throw new NotSeen(`no steady state; seen by the API server: ${kube}; by Kratos: ${kratos}`);
  timeline.say('operator', 'API server', kube);
  timeline.say('operator', 'Kratos', kratos);
}

/** On other servers, what was written shows. */
async function compareAll(scene: Scene): Promise<void> {
  const before = await everything(scene);
  await pause(WINDOW_S * 1000, scene.signal);
  const after = await everything(scene);
  const changed = [...before.keys(), ...after.keys()].filter((name) => before.get(name) !== after.get(name));
  if (changed.length > 0)
    throw new NotSeen(`no steady state; seen: changes of ${[...new Set(changed)].join(', ')}`);
  scene.timeline.say('operator', 'API server', 'no resourceVersion moved');
  scene.timeline.say('operator', 'Kratos', 'every identity is as it was');
}

/** Of each resource its version, and each identity as it is. */
async function everything({ servers: { kube, kratos, namespace }, resources }: Scene) {
  const all = new Map<string, string>();
  const list = await kube.read(identitiesIn(namespace));
  for (const { metadata } of listOf(list?.items)) {
    const { name, resourceVersion } = objectOf(metadata);
    all.set(`resource ${textOf(name)}`, textOf(resourceVersion));
  }
  for (const id of resources.identityIds) all.set(`identity ${id}`, JSON.stringify(await kratos.read(id)));
  return all;
}
