import type { KratosIdentity } from '../model/generated/kratosidentity.ts';
import type { Minted } from '../model/learned.ts';
import { secretName } from '../model/recovery.ts';
import { GROUP } from '../model/resource.ts';
import type { SecretObservation } from '../model/world.ts';
import type { NewSecret, SecretView } from './ports.ts';

const REQUEST_ID = `${GROUP}/recovery-request-id`;
const EXPIRES_AT = `${GROUP}/recovery-expires-at`;
const IDENTITY_ID = `${GROUP}/recovery-identity-id`;
const METHOD = `${GROUP}/recovery-method`;

export function newSecret({ metadata }: KratosIdentity, minted: Minted): NewSecret {
  return {
    namespace: metadata.namespace,
    name: secretName(metadata.name),
    owner: { name: metadata.name, uid: metadata.uid },
    annotations: {
      [REQUEST_ID]: minted.requestId,
      [EXPIRES_AT]: new Date(minted.expiresAt).toISOString(),
      [IDENTITY_ID]: minted.identityId,
      [METHOD]: minted.method,
    },
    data: { link: minted.link, ...(minted.code !== undefined && { code: minted.code }) },
  };
}

/** Ours: owned by this very resource and bearing all our annotations. Anything else of that name is somebody else's. */
export function observeSecret(view: SecretView | undefined, resource: KratosIdentity): SecretObservation {
  if (view === undefined) return { kind: 'absent' };
  const { annotations } = view;
  const requestId = annotations[REQUEST_ID];
  const identityId = annotations[IDENTITY_ID];
  const method = annotations[METHOD];
  const expiresAt = Date.parse(annotations[EXPIRES_AT] ?? '');
  const owned = view.ownerUids.includes(resource.metadata.uid);
  if (!owned || requestId === undefined || identityId === undefined || Number.isNaN(expiresAt)) {
    return { kind: 'foreign' };
  }
  if (method !== 'Code' && method !== 'Link') return { kind: 'foreign' };
  // Only a code's link may be shown outside the Secret: it holds no token.
  const link = method === 'Code' ? view.link?.reveal() : undefined;
  return { kind: 'ours', uid: view.uid, record: { requestId, identityId, method, expiresAt, link } };
}
