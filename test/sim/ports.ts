import { RemoteError } from '../../src/model/errors.ts';
import type { Identity } from '../../src/model/identity.ts';
import { withFinalizer } from '../../src/model/resource.ts';
import type { Kratos, Resources, Secrets } from '../../src/reconcile/ports.ts';
import { PERSON_SCHEMA, type SimKratos } from './kratos.ts';
import type { SimKube } from './kube.ts';

/** Sends one request; told the effect, where it has one. */
export type Guard = <T>(effect: string | undefined, call: () => T) => Promise<T>;

export function kratosPort(kratos: SimKratos, guard: Guard, answered: () => void, schemas: boolean): Kratos {
  const ask = async <T>(effect: string | undefined, call: () => T): Promise<T> => {
    try {
      const answer = await guard(effect, () => kratos.handle(effect !== undefined, call));
      answered();
      return answer;
    } catch (error) {
      if (error instanceof RemoteError && error.code !== 'unavailable') answered();
      throw error;
    }
  };
  return {
    probe: () => ask(undefined, () => kratos.has),
    ready: () => ask(undefined, () => undefined),
    createIdentity: async (_has, wanted, mayStart) => {
      mayStart();
      return ask('create', () => kratos.create(wanted));
    },
    getIdentity: (_has, id) => ask(undefined, () => kratos.get(id)),
    getIdentityByExternalId: (_has, id) => ask(undefined, () => kratos.byExternalId(id)),
    findByIdentifier: (_has, value) => ask(undefined, () => kratos.byIdentifier(value)),
    async *listIdentities(): AsyncGenerator<readonly Identity[]> {
      kratos.walks += 1;
      yield await ask(undefined, () => kratos.list());
    },
    updateIdentity: (_has, current, change) => ask('update', () => kratos.update(current, change)),
    deleteIdentity: (_has, id) => ask('delete', () => kratos.delete(id)),
    endSessions: (_has, id) => ask('end sessions', () => kratos.endSessions(id)),
    createRecoveryLink: (_has, id, s) => ask('mint', () => kratos.mintLink(id, s)),
    createRecoveryCode: (_has, id, s) => ask('mint', () => kratos.mintCode(id, s)),
    getSchema: (_has, id) => ask(undefined, () => (schemas && id === 'person' ? PERSON_SCHEMA : undefined)),
  };
}

export function resourcesPort(kube: SimKube, guard: Guard): Resources {
  return {
    read: (key) => guard(undefined, () => kube.read(key)),
    setFinalizer: (resource, present) =>
      guard('finalizers', () => kube.setFinalizers(resource, withFinalizer(resource, present))),
    patchStatus: (resource, status) => guard('status', () => kube.patchStatus(resource, status)),
  };
}

export function secretsPort(kube: SimKube, guard: Guard): Secrets {
  return {
    read: (namespace, name) => guard(undefined, () => kube.readSecret(namespace, name)),
    create: (secret) => guard('create secret', () => kube.createSecret(secret)),
    delete: (namespace, name, uid) => guard('delete secret', () => kube.deleteSecret(namespace, name, uid)),
  };
}
