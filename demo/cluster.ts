import { randomBytes } from 'node:crypto';
import type { JsonObject } from '../src/model/json.ts';
import { API_VERSION, KIND } from '../src/model/resource.ts';
import { listOf, objectOf, textOf } from './fields.ts';
import { Kratos, traitsOf } from './kratos.ts';
import { identitiesIn, Kube, NAMESPACES } from './kube.ts';
import type { ClusterOptions } from './options.ts';
import { asResource, type Resources } from './resources.ts';
import type { Servers, Undo } from './servers.ts';
import type { Timeline } from './timeline.ts';
import { NotSeen, until } from './until.ts';

const LEASES =
  '/apis/coordination.k8s.io/v1/leases?fieldSelector=metadata.name=kratos-identity-operator-leader';
const FRESH_LEASE_MS = 60_000;
const CANARY_MS = 5_000;
const CLEAR_MS = 30_000;
const NAMESPACE_GONE_MS = 20_000;

/** Connects to servers that somebody else runs; changes nothing yet. */
export async function connectCluster(options: ClusterOptions, undo: Undo): Promise<Servers> {
  const tag = randomBytes(4).toString('hex');
  const namespace = `kratos-identity-demo-${tag}`;
  const kube = await Kube.connect(options.kubeconfig);
  undo.push(() => kube.close());
  const kratos = await Kratos.connect(options.kratosAdminUrl);
  undo.push(() => kratos.close());
  const cluster = new Cluster(kube, kratos, namespace, tag);
  const { kratosAdminUrl, kratosPublicUrl } = options;
  return {
    title: `The operator, your cluster ${kube.url} and your Kratos ${kratosAdminUrl} are real.`,
    kubeconfig: options.kubeconfig,
    kube,
    kratos,
    namespace,
    operatorFlags: [
      `--kratos-admin-url=${kratosAdminUrl}`,
      ...(kratosPublicUrl === undefined ? [] : [`--kratos-public-url=${kratosPublicUrl}`]),
      `--namespaces=${namespace}`,
      `--leader-elect-namespace=${namespace}`,
      `--owner-id=${namespace}`,
    ],
    tag,
    traffic: undefined,
    prepare: (timeline, signal, toUndo) => cluster.prepare(options.kubeconfig, timeline, signal, toUndo),
    clear: (resources, timeline, died) => cluster.clear(resources, timeline, died),
  };
}

/** What the demo makes in a cluster, and takes back. */
class Cluster {
  readonly #kube: Kube;
  readonly #kratos: Kratos;
  readonly #namespace: string;
  readonly #tag: string;

  constructor(kube: Kube, kratos: Kratos, namespace: string, tag: string) {
    this.#kube = kube;
    this.#kratos = kratos;
    this.#namespace = namespace;
    this.#tag = tag;
  }

  async prepare(kubeconfig: string, timeline: Timeline, signal: AbortSignal, undo: Undo): Promise<void> {
    if ((await this.#kube.read(`${identitiesIn('default')}?limit=1`)) === undefined) {
      throw new Error(
        `the cluster has no KratosIdentity resources; install them: kubectl --kubeconfig ${kubeconfig} apply -k crds`,
      );
    }
    undo.push(() => this.#removeNamespace(timeline));
    await this.#kube.create(NAMESPACES, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: this.#namespace },
    });
    timeline.say('demo', '', `created namespace ${this.#namespace}`);
    const leader = await this.#otherLeader();
    if (leader === undefined) return;
    timeline.say('demo', '', `an operator leads from namespace ${leader}: does it look in here, too?`);
    await this.#expectNobody(leader, signal);
    timeline.say('demo', '', 'it does not');
  }

  async clear(resources: Resources, timeline: Timeline, died: AbortSignal): Promise<void> {
    const names = await this.#names();
    for (const name of names) await this.#kube.remove(`${identitiesIn(this.#namespace)}/${name}`);
    if (names.length > 0)
      timeline.say('demo', '', `deletes the resources that are left: ${names.join(', ')}`);
    await this.#untilGone(timeline, died);
    for (const id of resources.identityIds) {
      const identity = await this.#kratos.read(id);
      // Only what is surely the demo's own.
      if (identity === undefined || !JSON.stringify(traitsOf(identity)).includes(this.#tag)) continue;
      await this.#kratos.remove(id);
      timeline.say(
        'demo',
        '',
        `deletes identity ${id} from Kratos, which the demo made and no resource holds`,
      );
    }
  }

  async #names(): Promise<string[]> {
    const list = await this.#kube.read(identitiesIn(this.#namespace));
    return listOf(list?.items).map((item) => asResource(item).metadata.name);
  }

  /** Waits for the operator to let the resources go; without its help their finalizers are taken off. */
  async #untilGone(timeline: Timeline, died: AbortSignal): Promise<void> {
    try {
      await until(
        'end of the resources',
        async () => ((await this.#names()).length === 0 ? true : undefined),
        {
          withinMs: CLEAR_MS,
          signal: died,
          seen: () => 'some are left',
        },
      );
    } catch {
      for (const name of await this.#names()) await this.#free(name, timeline);
    }
  }

  async #free(name: string, timeline: Timeline): Promise<void> {
    const path = `${identitiesIn(this.#namespace)}/${name}`;
    try {
      await this.#kube.patch(path, { metadata: { finalizers: null } });
      timeline.say('demo', name, 'the operator does not let it go: took its finalizer off');
    } catch (error) {
      // In the meantime it may have gone by itself.
      if ((await this.#kube.read(path)) !== undefined) throw error;
    }
  }

  async #removeNamespace(timeline: Timeline): Promise<void> {
    const path = `${NAMESPACES}/${this.#namespace}`;
    await this.#kube.remove(path);
    try {
      await until(
        'end of the namespace',
        async () => ((await this.#kube.read(path)) === undefined ? true : undefined),
        {
          withinMs: NAMESPACE_GONE_MS,
          signal: new AbortController().signal,
          seen: () => 'it is terminating',
        },
      );
      timeline.say('demo', '', `removed namespace ${this.#namespace}`);
    } catch (error) {
      if (!(error instanceof NotSeen)) throw error;
      const text = `namespace ${this.#namespace} is being deleted, but nobody completes it`;
      timeline.say('demo', '', `${text}: does kube-controller-manager run?`);
    }
  }

  /** The namespace of an operator that leads, `undefined` where there is none or we may not know. */
  async #otherLeader(): Promise<string | undefined> {
    const list = await this.#kube.read(LEASES).catch(() => undefined);
    const live = listOf(list?.items).find(({ spec }) => isHeld(objectOf(spec)));
    return live === undefined ? undefined : textOf(objectOf(live.metadata).namespace);
  }

  /** A resource that can become no identity shows whether somebody else would work on ours, and fight over them. */
  async #expectNobody(leader: string, signal: AbortSignal): Promise<void> {
    const path = `${identitiesIn(this.#namespace)}/canary`;
    await this.#kube.create(identitiesIn(this.#namespace), {
      apiVersion: API_VERSION,
      kind: KIND,
      metadata: { name: 'canary' },
      // With Retain that operator lets it go even while its Kratos is away.
      spec: { schemaId: this.#namespace, traits: {}, deletionPolicy: 'Retain' },
    });
    try {
      await until('foreign hand', async () => isTouched(await this.#kube.read(path)), {
        withinMs: CANARY_MS,
        signal,
        seen: () => 'nothing',
      });
    } catch (error) {
      if (error instanceof NotSeen) return;
      throw error;
    } finally {
      await this.#kube.remove(path);
    }
    throw new Error(
      `the operator that leads from namespace ${leader} works on the demo's namespace, too: two of them would fight; ` +
        'give it --namespaces of its own, or stop it for the length of the demo',
    );
  }
}

function isHeld(spec: JsonObject): boolean {
  const renewed = Date.parse(textOf(spec.renewTime));
  return Boolean(spec.holderIdentity) && Date.now() - renewed < FRESH_LEASE_MS;
}

function isTouched(object: JsonObject | undefined): true | undefined {
  if (object === undefined) return undefined;
  const { metadata, status } = asResource(object);
  return metadata.finalizers !== undefined || status?.conditions !== undefined ? true : undefined;
}
