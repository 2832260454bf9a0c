import type { Capabilities } from '../model/identity.ts';
import type { KratosStep, KubeStep } from '../model/step.ts';
import type { World } from '../model/world.ts';
import { createIdentity, deleteIdentity, endSessions, updateIdentity } from './act-identity.ts';
import { createSecret, deleteSecret, mintRecovery, readSecret } from './act-recovery.ts';
import {
  addFinalizer,
  forgetIdentity,
  readResource,
  recordOwned,
  recordPending,
  removeFinalizer,
} from './act-resource.ts';
import type { Deps } from './deps.ts';
import { readEquals, readIdentity, readObstacle, readSchema, search } from './look.ts';

/*
 * Each carries out one step with at most one external effect and answers the world as the server's answer shows it. Each rejects with
 * a `RemoteError`; what an effect taught is in `memory` before anything else can fail.
 */

export async function actOnKratos(
  deps: Deps,
  world: World,
  has: Capabilities,
  step: KratosStep,
): Promise<World> {
  switch (step.do) {
    case 'probe':
      await deps.gate.recheck(step.maxAgeMs);
      return { ...world, probed: true };
    case 'askReady':
      await deps.kratos.ready();
      return world;
    case 'readIdentity':
      return readIdentity(deps, world, has, step.id);
    case 'searchIdentity':
      return search(deps, world, has, step.by);
    case 'readSchema':
      return readSchema(deps, world, has, step.schemaId);
    case 'readEquals':
      return readEquals(deps, world, has, step.digest);
    case 'readObstacle':
      return readObstacle(deps, world, has, step);
    case 'createIdentity':
      return createIdentity(deps, world, has, step.wanted);
    case 'updateIdentity':
      return updateIdentity(deps, world, has, step);
    case 'endSessions':
      return endSessions(deps, world, has, step.id);
    case 'deleteIdentity':
      return deleteIdentity(deps, world, has, step.id);
    case 'mintRecovery':
      return mintRecovery(deps, world, has, step);
  }
}

export async function actOnKube(deps: Deps, world: World, step: KubeStep): Promise<World> {
  switch (step.do) {
    case 'readResource':
      return readResource(deps, world);
    case 'readSecret':
      return readSecret(deps, world);
    case 'addFinalizer':
      return addFinalizer(deps, world);
    case 'recordPending':
      return recordPending(deps, world, step);
    case 'forgetIdentity':
      return forgetIdentity(deps, world);
    case 'recordOwned':
      return recordOwned(deps, world, step);
    case 'createSecret':
      return createSecret(deps, world);
    case 'deleteSecret':
      return deleteSecret(deps, world, step.uid);
    case 'removeFinalizer':
      return removeFinalizer(deps, world, step.because);
  }
}
