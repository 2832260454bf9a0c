import { RemoteError } from '../../src/model/errors.ts';
import { markerOf } from '../../src/model/owner.ts';
import { hasFinalizer, isDeleting } from '../../src/model/resource.ts';
import type { Action } from './history-action.ts';
import { specOf } from './history-spec.ts';
import { HistoryWorld } from './history-world.ts';
import { fail } from './kratos.ts';
import type { SpecInput } from './kube.ts';
import { turn } from './process.ts';

/**
 * A world, and whatever is told to happen to it, in that order. What the product does not promise does not happen here: each such rule
 * says why where it is.
 */
export class History extends HistoryWorld {
  readonly #lastRequest = new Map<string, string>();
  #lateUpdates = false;

  async run(actions: readonly Action[]): Promise<void> {
    for (const action of actions) {
      await this.#do(action);
      await this.revive();
      this.checkAlways();
    }
    await this.end();
  }

  async #do(action: Action): Promise<void> {
    switch (action.do) {
      case 'apply':
        return this.#apply(action);
      case 'policy':
        return this.#policy(action);
      case 'delete':
        return this.#delete(action.key);
      case 'drift':
        return this.#drift(action.key);
      case 'vanish':
        return this.#vanish(action.key);
      case 'wipe':
        return this.#wipe(action.key);
      case 'work':
        return this.#work(action);
      case 'deliver':
        this.process(action.who).watch.deliver(action.key);
        return turn();
      case 'drop':
        return this.process(action.who).watch.drop(action.key);
      case 'relist':
        this.process(action.who).watch.relist();
        return turn();
      case 'travel':
        // Without a marker an update by an earlier spec leaves what nobody knows to be ours.
        if (this.isBare) return;
        this.process(action.who).watch.travel(action.back);
        return turn();
      case 'restart':
        return this.#restart(action.who);
      case 'fault':
        return this.#fault(action);
      case 'refuse':
        this.causes += 1;
        return this.effects.disturb(this.effects.count + 1, () => {
          throw new RemoteError('request', { code: 'unavailable', outcome: 'none', status: 503 });
        });
      case 'passing conflict':
        this.causes += 1;
        return this.effects.before('create', () => {
          throw fail('conflict', 409);
        });
      case 'clock':
        if (this.isShared) await this.drain();
        return this.clock.advance(action.ms);
      case 'rest':
        return this.free(20_000);
    }
  }

  async #apply({ key, spec: name }: Extract<Action, { do: 'apply' }>): Promise<void> {
    // A late update of an earlier spec, or of an earlier resource, would bring that back: for Kratos the last writer wins.
    if (this.#lateUpdates) await this.free(10_000);
    if (this.isShared) await this.drain();
    const old = this.kube.resources.get(key);
    const input = specOf(name, key);
    // The CRD lets no external id change or go.
    const externalId = old?.spec.externalId ?? input.externalId;
    if (externalId !== undefined && !this.has.externalIds) return;
    if (input.state !== undefined && !this.has.state) return;
    // Without a lease nothing but what Kratos keeps unique protects.
    if (this.isShared && !this.has.externalIds && (name === 'thing' || name === 'renamed')) return;
    if (old === undefined && !this.#mayCome(key, input)) return;
    this.causes += 1;
    const request = input.recovery?.requestId;
    if (old === undefined) this.#lastRequest.delete(key);
    if (request !== undefined && request !== this.#lastRequest.get(key)) {
      this.links += 1;
      this.#lastRequest.set(key, request);
    }
    const deletionPolicy = old?.spec.deletionPolicy ?? 'Delete';
    const [namespace = '', bare = ''] = key.split('/');
    this.kube.apply(namespace, bare, {
      ...input,
      deletionPolicy,
      ...(externalId !== undefined && { externalId }),
    });
    if (input.state === 'inactive') this.locked.add(key);
  }

  /** What was retained where it cannot say whose it is is not found again; nor is it under another login or external id. */
  #mayCome(key: string, { traits, externalId }: SpecInput): boolean {
    return this.kin(key).every((left) => {
      if (markerOf(left) === undefined) return false;
      if (!this.has.externalIds) return traits.email === undefined || traits.email === left.traits.email;
      return externalId === (left.externalId?.startsWith('x-') === true ? left.externalId : undefined);
    });
  }

  #policy({ key, policy }: Extract<Action, { do: 'policy' }>): void {
    const old = this.kube.resources.get(key);
    if (old === undefined || (policy === 'Deactivate' && !this.has.state)) return;
    this.causes += 1;
    this.retained.delete(key);
    const metadata = { ...old.metadata, generation: old.metadata.generation + 1 };
    this.kube.edit(key, () => ({ ...old, metadata, spec: { ...old.spec, deletionPolicy: policy } }));
  }

  async #delete(key: string): Promise<void> {
    // Without a lease nobody waits for what another process has under way.
    if (this.isShared) await this.drain();
    const old = this.kube.resources.get(key);
    if (old === undefined || isDeleting(old)) return;
    this.causes += 1;
    const held = this.held(key);
    if (hasFinalizer(old)) this.retained.delete(key);
    if (old.spec.deletionPolicy === 'Retain' && held !== undefined) this.retained.set(key, held.id);
    this.kube.delete(key);
  }

  /** Somebody changes a declared field in Kratos; what is not ours yet would rightly be left alone. */
  #drift(key: string): void {
    // Two processes that repair it by different specs undo each other's work: for Kratos the last writer wins.
    if (this.isShared) return;
    const identity = this.held(key);
    const resource = this.kube.resources.get(key);
    if (identity === undefined || resource === undefined || identity.traits.of !== key) return;
    const isOwned = resource.status?.ownedTraits?.includes('/name') === true;
    if (!isOwned || !Object.hasOwn(resource.spec.traits, 'name')) return;
    this.causes += 1;
    this.kratos.edit(identity.id, { traits: { ...identity.traits, name: 'drift', picture: 'x' } });
  }

  #vanish(key: string): void {
    const [identity] = this.kin(key);
    if (identity === undefined) return;
    this.causes += 1;
    this.retained.delete(key);
    const resource = this.kube.resources.get(key);
    const wanted = resource?.spec.recovery?.requestId;
    if (wanted !== undefined && resource?.status?.recovery?.requestId !== wanted) this.lostLinks += 1;
    this.kratos.identities.delete(identity.id);
  }

  /** Somebody's PUT that knows nothing of us. What status does not name would be lost by it. */
  #wipe(key: string): void {
    if (this.isShared) return;
    const identity = this.held(key);
    if (!this.has.metadata || identity === undefined || identity.traits.of !== key) return;
    this.causes += 1;
    this.kratos.edit(identity.id, { metadataAdmin: null, metadataPublic: null, externalId: undefined });
  }

  async #work({ who, pick, times }: Extract<Action, { do: 'work' }>): Promise<void> {
    for (let count = 0; count < times; count += 1) {
      await this.process(who).send(pick);
      await this.revive();
      this.checkAlways();
    }
  }

  #fault({ fault, name }: Extract<Action, { do: 'fault' }>): void {
    const isLate = fault.includes('late');
    // Without a lease nobody waits for what another process sent.
    if (isLate && this.isShared) return;
    // There the record of a create is of use only to one process after another.
    if (this.isBare && this.isShared) return;
    // Without a marker a late PUT leaves what nobody knows to be ours.
    if (isLate && this.isBare && name === 'update') return;
    if (isLate && name === 'update') this.#lateUpdates = true;
    this.causes += 1;
    if (name === undefined) this.effects.disturb(this.effects.count + 1, fault);
    else this.effects.next(name, fault);
  }

  async #restart(who: number): Promise<void> {
    if (this.isBare && this.isShared) await this.drain();
    this.process(who).kill();
  }
}
