import { isRemote } from '../model/errors.ts';
import { isObject, type JsonObject } from '../model/json.ts';
import { API_VERSION, GROUP, KIND } from '../model/resource.ts';
import { Sensitive } from '../model/sensitive.ts';
import type { KubeClient } from './client.ts';
import { type KubeObject, resourcePath, shaped } from './object.ts';
import { misshapen } from './status.ts';

/** A recovery Secret as it is read. */
interface SecretView {
  readonly uid: string;
  readonly ownerUids: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
  readonly link: Sensitive | undefined;
}

interface NewSecret {
  readonly namespace: string;
  readonly name: string;
  readonly owner: { readonly name: string; readonly uid: string };
  readonly annotations: Readonly<Record<string, string>>;
  readonly data: { readonly link: Sensitive; readonly code?: Sensitive };
}

type StoredSecret = KubeObject & {
  readonly metadata: KubeObject['metadata'] & {
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly uid: string }[];
  };
  readonly data?: unknown;
};

/** Recovery Secrets: read by name, created, deleted; never listed, never changed. */
export class KubeSecrets {
  readonly #client: KubeClient;

  constructor(client: KubeClient) {
    this.#client = client;
  }

  /** `undefined`: the API server says there is none. */
  async read(namespace: string, name: string): Promise<SecretView | undefined> {
    const operation = 'GET secrets';
    try {
      const answer = await this.#client.get({ operation, path: pathOf(namespace, name) });
      return view({ operation, mutation: false }, answer);
    } catch (error) {
      if (isRemote(error, 'notFound')) return undefined;
      throw error;
    }
  }

  /** Rejects `conflict` where a Secret of that name exists. */
  async create(secret: NewSecret): Promise<SecretView> {
    const operation = 'POST secrets';
    const path = pathOf(secret.namespace);
    const answer = await this.#client.create({ operation, path, body: manifest(secret) });
    return view({ operation, mutation: true }, answer);
  }

  /** Absence is success; another uid rejects `conflict`. */
  async delete(namespace: string, name: string, uid: string): Promise<void> {
    try {
      await this.#client.delete({ operation: 'DELETE secrets', path: pathOf(namespace, name) }, uid);
    } catch (error) {
      if (!isRemote(error, 'notFound')) throw error;
    }
  }
}

function pathOf(namespace: string, name?: string): string {
  return resourcePath('/api/v1', namespace, 'secrets', name);
}

function manifest({ namespace, name, owner, annotations, data }: NewSecret): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      namespace,
      name,
      annotations,
      labels: { 'app.kubernetes.io/managed-by': 'kratos-identity-operator' },
      // Without blockOwnerDeletion: setting that needs a right on the owner's finalizers, and nothing must wait for this Secret.
      ownerReferences: [
        { apiVersion: API_VERSION, kind: KIND, name: owner.name, uid: owner.uid, controller: true },
      ],
    },
    type: `${GROUP}/recovery`,
    data: {
      link: base64(data.link),
      ...(data.code === undefined ? {} : { code: base64(data.code) }),
    },
  };
}

function base64(value: Sensitive): string {
  return Buffer.from(value.reveal(), 'utf8').toString('base64');
}

function view(
  asked: { readonly operation: string; readonly mutation: boolean },
  answer: JsonObject,
): SecretView {
  const secret = shaped<StoredSecret>(answer, 'Secret');
  if (secret === undefined) throw misshapen(asked, 200);
  const link = isObject(secret.data) ? secret.data.link : undefined;
  return {
    uid: secret.metadata.uid,
    ownerUids: (secret.metadata.ownerReferences ?? []).map((owner) => owner.uid),
    annotations: secret.metadata.annotations ?? {},
    link: typeof link === 'string' ? new Sensitive(Buffer.from(link, 'base64').toString('utf8')) : undefined,
  };
}
