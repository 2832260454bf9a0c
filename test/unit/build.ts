import type { Instant } from '../../src/model/clock.ts';
import type { KratosIdentity, KratosIdentitySpec } from '../../src/model/generated/kratosidentity.ts';
import type { Capabilities, Identity } from '../../src/model/identity.ts';
import { MARKER_KEY, type Marker, markerJson } from '../../src/model/owner.ts';

import { API_VERSION, FINALIZER, KIND } from '../../src/model/resource.ts';
import type { Reason } from '../../src/model/step.ts';
import { type Settings, unseenWorld, type World } from '../../src/model/world.ts';
import { SERVERS } from '../sim/kratos.ts';

export const NOW: Instant = { wall: Date.UTC(2026, 0, 1, 12), mono: 1_000_000 };
export const NOW_TEXT = '2026-01-01T12:00:00Z';
/** When the fixtures' conditions last changed. */
export const THEN_TEXT = '2025-12-31T00:00:00Z';

export const SETTINGS: Settings = {
  ownerId: 'cluster-a',
  recoveryOutput: undefined,
  recoveryMaxTtlMs: 24 * 3_600_000,
};

/** SHA-256 of `cluster-a/team/ada`, its first 40 hex digits. */
export const OWNER_KEY = 'k8s:4a4a0e5e2b231796b9a50e9da1c6b7c2056b0a13';

export const CLASSIC: Capabilities = SERVERS.bare;
export const METADATA: Capabilities = SERVERS.metadata;
export const EXTERNAL_IDS: Capabilities = SERVERS.externalIds;

type Status = NonNullable<KratosIdentity['status']>;
type Metadata = KratosIdentity['metadata'];

/** A resource as the API server holds it; every method answers another one. */
export class ResourceBuilder {
  readonly value: KratosIdentity;

  constructor(value: KratosIdentity) {
    this.value = value;
  }

  with(metadata: Partial<Metadata>): ResourceBuilder {
    return new ResourceBuilder({ ...this.value, metadata: { ...this.value.metadata, ...metadata } });
  }

  withSpec(spec: Partial<KratosIdentitySpec>): ResourceBuilder {
    return new ResourceBuilder({ ...this.value, spec: { ...this.value.spec, ...spec } });
  }

  withStatus(status: Partial<Status>): ResourceBuilder {
    return new ResourceBuilder({ ...this.value, status: { ...this.value.status, ...status } });
  }

  finalized(...others: string[]): ResourceBuilder {
    return this.with({ finalizers: [...others, FINALIZER] });
  }

  /** Finalized and being deleted, which counts as a change of the generation. */
  deleting(): ResourceBuilder {
    const { generation } = this.value.metadata;
    return this.finalized().with({ generation: generation + 1, deletionTimestamp: THEN_TEXT });
  }

  /** A status of this generation with a Ready condition of that reason. */
  said(reason: Reason): ResourceBuilder {
    const { generation } = this.value.metadata;
    const status = reason === 'Synced' ? 'True' : reason === 'KratosUnavailable' ? 'Unknown' : 'False';
    const ready = { type: 'Ready', status, reason, message: reason } as const;
    return this.withStatus({
      observedGeneration: generation,
      conditions: [{ ...ready, observedGeneration: generation, lastTransitionTime: THEN_TEXT }],
    });
  }

  /** Finalized and in step with the identity of that id. */
  synced(identityId = 'id-1'): ResourceBuilder {
    return this.finalized().said('Synced').withStatus({ identityId });
  }
}

export function resource(spec: Partial<KratosIdentitySpec> = {}): ResourceBuilder {
  return new ResourceBuilder({
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name: 'ada', namespace: 'team', uid: 'uid-1', resourceVersion: '100', generation: 1 },
    spec: { schemaId: 'person', traits: { email: 'ada@example.org' }, deletionPolicy: 'Delete', ...spec },
    status: { observedGeneration: -1 },
  });
}

export const RECOVERY = { requestId: 'one', expiresIn: '1h', method: 'Auto', output: 'Status' } as const;

/** The marker of `resource()` as its create writes it. */
export function marker(change: Partial<Marker> = {}): Marker {
  return {
    owner: 'cluster-a',
    namespace: 'team',
    name: 'ada',
    uid: 'uid-1',
    traits: ['/email'],
    public: [],
    admin: [],
    deactivated: false,
    ...change,
  };
}

export function marked(change: Partial<Marker> = {}): Pick<Identity, 'metadataAdmin'> {
  return { metadataAdmin: { [MARKER_KEY]: markerJson(marker(change)) } };
}

/** What Kratos with external ids holds for `resource()`, in step and marked. */
export function identity(change: Partial<Identity> = {}): Identity {
  return {
    id: 'id-1',
    schemaId: 'person',
    traits: { email: 'ada@example.org' },
    state: 'active',
    metadataPublic: null,
    ...marked(),
    externalId: OWNER_KEY,
    verifiableAddresses: [],
    recoveryAddresses: [],
    ...change,
  };
}

/** The same on a classic server. */
export function bareIdentity(change: Partial<Identity> = {}): Identity {
  return identity({
    state: undefined,
    metadataPublic: undefined,
    metadataAdmin: undefined,
    externalId: undefined,
    ...change,
  });
}

/** A world in which nothing was looked at yet and Kratos has external ids. */
export function world(change: Partial<World> = {}): World {
  const kratos = { open: true, has: EXTERNAL_IDS } as const;
  return {
    ...unseenWorld({
      resource: resource().value,
      settings: SETTINGS,
      kratos,
      learned: {},
      vouched: false,
      firstTry: false,
    }),
    ...change,
  };
}

export function on(has: Capabilities): Pick<World, 'kratos'> {
  return { kratos: { open: true, has } };
}
