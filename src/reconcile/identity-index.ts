import { createDigest } from '../model/change.ts';
import type { Clock } from '../model/clock.ts';
import type { Capabilities, Identity } from '../model/identity.ts';
import { isObject, type JsonObject, type JsonValue } from '../model/json.ts';
import { limitProblems } from '../model/limits.ts';
import { markerOf, ownerKey } from '../model/owner.ts';
import type { Kratos } from './ports.ts';

type Names = readonly string[];

const LONGEST_IDENTIFIER = 320;

/**
 * Whose each identity of Kratos is, and what it looks like, for servers that cannot be asked: one walk over all of them, made when
 * first needed and kept up by our own effects. It says where to look; a hit is always confirmed by a GET.
 */
export class IdentityIndex {
  readonly #kratos: Pick<Kratos, 'listIdentities'>;
  readonly #clock: Clock;
  #names = new Map<string, Names>();
  #ids = new Map<string, Set<string>>();
  /** What changed while a walk is under way, to be done again on its result. */
  #since: (() => void)[] | undefined;
  #walked: number | undefined;
  #walking: { readonly startedAt: number; readonly end: Promise<void> } | undefined;
  readonly #claims = new Map<string, string>();

  constructor(kratos: Pick<Kratos, 'listIdentities'>, clock: Clock) {
    this.#kratos = kratos;
    this.#clock = clock;
  }

  /** Ids of identities whose marker bears this owner key. Walks first unless a walk began at or after `notBefore`. */
  async byOwner(has: Capabilities, key: string, uid: string, notBefore: number): Promise<Names> {
    await this.#fresh(has, notBefore);
    return [...new Set([...this.#under(`owner ${key}`), ...this.#under(`uid ${uid}`)])];
  }

  /** Ids of identities made of exactly what that digest names. */
  async byDigest(has: Capabilities, digest: string, notBefore: number): Promise<Names> {
    await this.#fresh(has, notBefore);
    return this.#under(`digest ${digest}`);
  }

  /** Ids of unmarked identities that hold one of these texts somewhere in their traits, however it is written. */
  async sharing(has: Capabilities, traits: JsonObject, notBefore: number): Promise<Names> {
    await this.#fresh(has, notBefore);
    return [...new Set(valuesOf(traits).flatMap((name) => this.#under(name)))];
  }

  note(identity: Identity): void {
    this.#change(() => this.#put(identity));
  }

  drop(id: string): void {
    this.#claims.delete(id);
    this.#change(() => this.#remove(id));
  }

  /** Reserves an identity for one resource (by uid); false when it is another's. */
  claim(id: string, uid: string): boolean {
    const holder = this.#claims.get(id) ?? uid;
    this.#claims.set(id, holder);
    return holder === uid;
  }

  async #fresh(has: Capabilities, notBefore: number): Promise<void> {
    while (this.#walked === undefined || this.#walked < notBefore) {
      if (this.#walking === undefined) {
        const startedAt = this.#clock.monotonic();
        const end = this.#walk(has, startedAt).finally(() => {
          this.#walking = undefined;
          this.#since = undefined;
        });
        this.#walking = { startedAt, end };
      }
      await this.#walking.end;
    }
  }

  async #walk(has: Capabilities, startedAt: number): Promise<void> {
    const changes: (() => void)[] = [];
    this.#since = changes;
    const seen: [string, Names][] = [];
    for await (const page of this.#kratos.listIdentities(has)) {
      for (const identity of page) seen.push([identity.id, namesOf(identity)]);
    }
    this.#names = new Map();
    this.#ids = new Map();
    for (const [id, names] of seen) this.#enter(id, names);
    for (const change of changes) change();
    this.#walked = startedAt;
  }

  #change(change: () => void): void {
    change();
    this.#since?.push(change);
  }

  #put(identity: Identity): void {
    this.#remove(identity.id);
    this.#enter(identity.id, namesOf(identity));
  }

  #enter(id: string, names: Names): void {
    this.#names.set(id, names);
    for (const name of names) {
      const ids = this.#ids.get(name) ?? new Set();
      this.#ids.set(name, ids.add(id));
    }
  }

  #remove(id: string): void {
    for (const name of this.#names.get(id) ?? []) {
      const ids = this.#ids.get(name);
      ids?.delete(id);
      if (ids?.size === 0) this.#ids.delete(name);
    }
    this.#names.delete(id);
  }

  #under(name: string): Names {
    return [...(this.#ids.get(name) ?? [])];
  }
}

/** A marker names its owner; without one an identity is named by what it is made of, with its schema and without. */
function namesOf(identity: Identity): Names {
  const marker = markerOf(identity);
  if (marker !== undefined) {
    return [`owner ${ownerKey(marker.owner, marker.namespace, marker.name)}`, `uid ${marker.uid}`];
  }
  // Beyond our limits it cannot equal a spec, and might be too deep to be put into canonical form.
  if (limitProblems(identity.traits).length > 0) return [];
  const { schemaId, traits } = identity;
  const digests = [schemaId, undefined].map((id) => `digest ${createDigest(id, traits)}`);
  // Who holds what is of use only where there are no markers; other servers show `metadata_admin`.
  return identity.metadataAdmin === undefined ? [...digests, ...valuesOf(traits)] : digests;
}

/** The texts in traits that are short enough to be an identifier or an address, as names. */
function valuesOf(traits: JsonObject): Names {
  const names = new Set<string>();
  const open: JsonValue[] = [traits];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (Array.isArray(value)) open.push(...value);
    else if (isObject(value)) open.push(...Object.values(value));
    else if (typeof value === 'string' && value.length <= LONGEST_IDENTIFIER) {
      names.add(`value ${value.trim().toLowerCase()}`);
    }
  }
  return [...names];
}
