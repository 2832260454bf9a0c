import { randomBytes } from 'node:crypto';

import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import { type KubeAnswer, KubeClient, type KubeTarget } from './kube-client.ts';

const group = 'conformance.example.com';
const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** A server with a namespace and a custom resource of the suite's own. */
export interface Workshop {
  readonly client: KubeClient;
  readonly namespace: string;
  /** The path of the namespace's widgets. */
  readonly widgets: string;
  /** The path of a core/v1 collection in the namespace. */
  readonly core: (plural: string) => string;
  /** Creates, and expects that to succeed. */
  readonly make: (name: string, parts?: WidgetParts) => Promise<JsonObject>;
  readonly close: () => Promise<void>;
}

export interface WidgetParts {
  readonly spec?: JsonValue;
  readonly status?: JsonObject;
  readonly metadata?: JsonObject;
}

/** Sets the workshop up, and waits until the custom resource is served. */
export async function openWorkshop(target: KubeTarget): Promise<Workshop> {
  const client = new KubeClient(target);
  const namespace = `conformance-${randomBytes(4).toString('hex')}`;
  const widgets = `/apis/${group}/v1/namespaces/${namespace}/widgets`;
  expectStatus(
    await client.post('/api/v1/namespaces', manifest('v1', 'Namespace', { name: namespace })),
    201,
  );
  const created = await client.post(crds, widgetDefinition);
  if (created.status !== 409) expectStatus(created, 201);
  await poll(async () => (await client.get(widgets)).status === 200);
  return {
    client,
    namespace,
    widgets,
    core: (plural) => `/api/v1/namespaces/${namespace}/${plural}`,
    make: async (name, parts) => expectStatus(await client.post(widgets, widget(name, parts)), 201).body,
    close: () => tearDown(client, namespace),
  };
}

export function widget(
  name: string,
  { spec = { traits: {} }, status, metadata }: WidgetParts = {},
): JsonObject {
  return {
    ...manifest(`${group}/v1`, 'Widget', { name, ...metadata }),
    spec,
    ...(status === undefined ? {} : { status }),
  };
}

/** What the server wrote into `metadata`. */
export interface Meta extends JsonObject {
  readonly uid: string;
  readonly resourceVersion: string;
}

/** The metadata of an answered object. */
export function metaOf(object: JsonObject): Meta {
  return object.metadata as Meta;
}

export function manifest(
  apiVersion: string,
  kind: string,
  metadata: JsonObject,
  content: JsonObject = {},
): JsonObject {
  return { apiVersion, kind, metadata, ...content };
}

/** Asks again until the answer is yes; a controller of the server is at work meanwhile. */
export async function poll(ready: () => Promise<boolean>): Promise<void> {
  while (!(await ready())) await new Promise((resolve) => setTimeout(resolve, 50));
}

function expectStatus(answer: KubeAnswer, status: number): KubeAnswer {
  if (answer.status !== status) throw new Error(`expected ${status}, got ${answer.status}: ${answer.text}`);
  return answer;
}

/** A bare API server has no controller that empties namespaces: the suite takes the last finalizer away itself. */
async function tearDown(client: KubeClient, namespace: string): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}`;
  await client.delete(`${crds}/widgets.${group}`);
  await poll(async () => (await client.get(`${crds}/widgets.${group}`)).status === 404);
  const { body } = await client.delete(path);
  await client.put(`${path}/finalize`, { ...body, spec: { finalizers: [] } });
  await client.close();
}

const text = { type: 'string' };

const widgetSchema: JsonObject = {
  type: 'object',
  required: ['spec'],
  properties: {
    metadata: { type: 'object', properties: { name: { type: 'string', maxLength: 60 } } },
    spec: {
      type: 'object',
      required: ['traits'],
      properties: {
        traits: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        state: { type: 'string', enum: ['active', 'inactive'] },
        policy: { type: 'string', default: 'Delete' },
        code: { type: 'string', maxLength: 5, pattern: '^[a-z]+$' },
        size: { type: 'integer', minimum: 1, maximum: 9 },
        nick: { type: 'string', nullable: true },
        tags: { type: 'array', maxItems: 2, items: text },
        recovery: { type: 'object', properties: { requestId: { type: 'string', default: '' } } },
      },
    },
    status: {
      type: 'object',
      default: { observedGeneration: -1 },
      properties: { observedGeneration: { type: 'integer' }, phase: text },
    },
  },
};

const widgetDefinition: JsonObject = manifest(
  'apiextensions.k8s.io/v1',
  'CustomResourceDefinition',
  { name: `widgets.${group}` },
  {
    spec: {
      group,
      scope: 'Namespaced',
      names: {
        plural: 'widgets',
        singular: 'widget',
        kind: 'Widget',
        listKind: 'WidgetList',
        shortNames: ['wd'],
      },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: [
            { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
            { name: 'State', type: 'string', priority: 1, jsonPath: '.spec.state' },
          ],
          schema: { openAPIV3Schema: widgetSchema },
        },
      ],
    },
  },
);
