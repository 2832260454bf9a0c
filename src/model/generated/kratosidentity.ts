// Generated from crds/kratosidentities.yaml by `npm run generate`. Do not edit.
import type { JsonObject } from '../json.ts';

/**
 * KratosIdentity declares one identity of an Ory Kratos server. The operator creates the identity, keeps it in step with spec, and reports in status what Kratos holds.
 */
export interface KratosIdentity {
  readonly apiVersion: 'kratos.ory.sh/v1alpha1';
  readonly kind: 'KratosIdentity';
  readonly metadata: ObjectMeta;
  readonly spec: KratosIdentitySpec;
  readonly status?: KratosIdentityStatus;
}

/**
 * The part of Kubernetes' object metadata that the operator reads.
 */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  /**
   * Opaque; compared for equality only.
   */
  readonly resourceVersion: string;
  /**
   * Counts the changes of spec; the deletion counts as one.
   */
  readonly generation: number;
  /**
   * RFC 3339.
   */
  readonly creationTimestamp?: string;
  /**
   * RFC 3339; set once the deletion was asked for.
   */
  readonly deletionTimestamp?: string;
  readonly finalizers?: readonly string[];
  readonly labels?: {
    readonly [k: string]: string;
  };
  readonly annotations?: {
    readonly [k: string]: string;
  };
}

/**
 * What the identity shall be. Declared fields are enforced, on every change and at every resync. Fields that were never declared are left alone. A field that is no longer declared is removed from the identity.
 */
export interface KratosIdentitySpec {
  /**
   * The id of the identity schema that the traits follow, as Kratos' configuration names it. Absent means the server's default schema for a new identity, and that the schema is not enforced later.
   */
  readonly schemaId?: string;
  /**
   * The identity's traits, in the form that its identity schema asks for. Each declared field is enforced, also inside nested objects; an array is one value. Fields that others set are kept. Limits, checked by the operator: 64 KiB of JSON, 128 KiB of JSON pointers to its values, 32 levels, integers within ±(2^53−1), and no key named __proto__, constructor or prototype.
   */
  readonly traits: JsonObject;
  /**
   * Whether the identity may sign in. "inactive" also ends its sessions. Absent means that the state is not enforced. Needs Kratos v0.8 or later.
   */
  readonly state?: 'active' | 'inactive';
  /**
   * Metadata that the identity itself can see but not change (for example in its session). Enforced field by field and limited like traits. Needs Kratos v0.10 or later.
   */
  readonly metadataPublic?: JsonObject;
  /**
   * Metadata that only the admin API shows. Enforced field by field and limited like traits. The key kratos.ory.sh/owner is the operator's own: a resource that declares it is refused with the reason InvalidMetadata. Needs Kratos v0.10 or later.
   */
  readonly metadataAdmin?: JsonObject;
  /**
   * An id of your own by which the identity can be looked up; unique in Kratos. It can be set later, but neither changed nor removed once set, and must not begin with "k8s:", which the operator uses for the id it derives when this is absent. Needs Kratos v25.4 or later.
   */
  readonly externalId?: string;
  /**
   * What happens to the identity when this resource is deleted: Delete removes it, Retain leaves it as it is, Deactivate sets it inactive and ends its sessions (needs Kratos v0.8 or later). Read when the deletion is carried out, so it can still be changed while a deletion waits.
   */
  readonly deletionPolicy: 'Delete' | 'Retain' | 'Deactivate';
  readonly recovery?: RecoverySpec;
}

/**
 * Asks for a recovery link or code, with which a person sets the identity's credentials. Its presence alone asks; "recovery: {}" asks with the defaults. Removing it takes the link back.
 */
export interface RecoverySpec {
  /**
   * Names the request; any text, such as a date or a ticket number. A new value asks for a new link. The same value never asks again once its link was issued, also after it expired.
   */
  readonly requestId: string;
  /**
   * How long the link is valid, as a Go duration above zero: numbers with the units h, m, s, ms, us or ns, such as 30m, 1h30m or 1.5h. There is no unit for days (write 24h). It is cut to the operator's --recovery-max-ttl.
   */
  readonly expiresIn: string;
  /**
   * How the identity is recovered. Code is a link together with a code to type in, Link is a link that carries its own token; Auto takes Code where the server has it, else Link.
   */
  readonly method: 'Auto' | 'Code' | 'Link';
  /**
   * Where the link goes: to status.recovery.link, or to the Secret <name>-recovery under the key "link". A code always goes to that Secret, under the key "code". Whoever reads a link of the method Link can take the account over: choose Secret where many may read status. The operator's --recovery-output=Secret overrules this field.
   */
  readonly output: 'Status' | 'Secret';
}

/**
 * What the operator knows. Written by the operator only.
 */
export interface KratosIdentityStatus {
  /**
   * The metadata.generation that this status speaks of; -1 before the operator has looked at the resource.
   */
  readonly observedGeneration?: number;
  /**
   * The identity's id in Kratos.
   */
  readonly identityId?: string;
  /**
   * The external id that Kratos holds.
   */
  readonly externalId?: string;
  /**
   * The id of the identity schema that Kratos holds.
   */
  readonly schemaId?: string;
  /**
   * The state that Kratos holds; "inactive" is shown only after the identity's sessions were ended.
   */
  readonly state?: 'active' | 'inactive';
  /**
   * The addresses that the identity can verify, as Kratos derived them from the traits.
   */
  readonly verifiableAddresses?: readonly VerifiableAddressStatus[];
  /**
   * The addresses that can recover the identity, as Kratos derived them from the traits.
   */
  readonly recoveryAddresses?: readonly RecoveryAddressStatus[];
  /**
   * JSON pointers to the leaves of the traits (scalars, arrays, null, empty objects) that were applied last. A leaf that is listed here and no longer declared is removed from the identity.
   */
  readonly ownedTraits?: readonly string[];
  /**
   * Like ownedTraits, for metadataPublic.
   */
  readonly ownedMetadataPublic?: readonly string[];
  /**
   * Like ownedTraits, for metadataAdmin.
   */
  readonly ownedMetadataAdmin?: readonly string[];
  readonly pendingCreate?: PendingCreate;
  readonly recovery?: RecoveryStatus;
  /**
   * Ready is always there once the operator has looked; Reconciling and Stalled only while True; RecoveryReady only while a recovery is asked for.
   */
  readonly conditions?: readonly Condition[];
}

export interface VerifiableAddressStatus {
  /**
   * The address.
   */
  readonly value: string;
  /**
   * The channel, such as email or sms.
   */
  readonly via: string;
  /**
   * Whether it was verified.
   */
  readonly verified: boolean;
  /**
   * How far the verification is, such as pending, sent or completed.
   */
  readonly status: string;
}

export interface RecoveryAddressStatus {
  /**
   * The address.
   */
  readonly value: string;
  /**
   * The channel, such as email or sms.
   */
  readonly via: string;
}

/**
 * Written before an identity is created on a server that cannot keep the owner in the identity (Kratos before v0.10), so that an identity whose creation was never answered is found again and not made twice.
 */
export interface PendingCreate {
  /**
   * SHA-256, in hex, of the canonical JSON of the schema id and the traits that are sent.
   */
  readonly digest: string;
  /**
   * Ids of identities that were equal to it before the record was written; they are never taken.
   */
  readonly notThese?: readonly string[];
}

/**
 * The recovery link or code that was issued last. What remains of it after it expired or was taken back keeps the same requestId from being served again.
 */
export interface RecoveryStatus {
  /**
   * The spec.recovery.requestId that this answers.
   */
  readonly requestId: string;
  /**
   * How the identity is recovered: by a link and a code, or by a link that carries its own token.
   */
  readonly method?: 'Code' | 'Link';
  /**
   * The link, where it goes to status; gone once expired. With the method Code it is of use only together with the code in the Secret.
   */
  readonly link?: string;
  /**
   * When the link or code expires.
   */
  readonly expiresAt?: string;
  /**
   * The Secret, in the resource's namespace, that holds the link or the code.
   */
  readonly secretName?: string;
  /**
   * Issued, Expired (also after it was taken back), or Failed (Kratos never gave a clear answer).
   */
  readonly state: 'Issued' | 'Expired' | 'Failed';
}

/**
 * One aspect of the resource's current state.
 */
export interface Condition {
  /**
   * Ready, Reconciling, Stalled or RecoveryReady.
   */
  readonly type: string;
  /**
   * True, False or Unknown.
   */
  readonly status: 'True' | 'False' | 'Unknown';
  /**
   * The metadata.generation that this condition speaks of.
   */
  readonly observedGeneration?: number;
  /**
   * When status last changed.
   */
  readonly lastTransitionTime: string;
  /**
   * The cause in one word, for programs.
   */
  readonly reason: string;
  /**
   * The cause in words, for people. Never holds a trait's value.
   */
  readonly message: string;
}
