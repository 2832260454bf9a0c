import type { ClusterScenario, Scenario } from '../stage.ts';
import { admission } from './admission.ts';
import { cli } from './cli.ts';
import { configuration } from './configuration.ts';
import { crash } from './crash.ts';
import { downgrade } from './downgrade.ts';
import { drift } from './drift.ts';
import { etcd } from './etcd.ts';
import { frozen } from './frozen.ts';
import { gateway } from './gateway.ts';
import { leadership } from './leadership.ts';
import { lifecycle } from './lifecycle.ts';
import { manifests } from './manifests.ts';
import { massLoss } from './mass-loss.ts';
import { missing } from './missing.ts';
import { outage } from './outage.ts';
import { ownership } from './ownership.ts';
import { policies } from './policies.ts';
import { rebuild } from './rebuild.ts';
import { recovery } from './recovery.ts';
import { recoverySettings } from './recovery-settings.ts';
import { refusals } from './refusals.ts';
import { replicas } from './replicas.ts';
import { restart } from './restart.ts';
import { tenants } from './tenants.ts';
import { terminating } from './terminating.ts';
import { twoWriteCreation } from './two-write-creation.ts';
import { update } from './update.ts';

/** Told before any operator runs. */
export const clusterScenarios: readonly ClusterScenario[] = [admission, configuration, manifests];

/** One waits a minute for an operator to give up, the other has a cluster of its own: meanwhile the rest goes on. */
export const asides: readonly ClusterScenario[] = [missing, etcd];

/** They disturb everyone else. */
export const disturbances: readonly ClusterScenario[] = [restart];

/** Those that take long come first. */
export const scenarios: readonly Scenario[] = [
  crash,
  frozen,
  leadership,
  twoWriteCreation,
  replicas,
  ownership,
  gateway,
  outage,
  massLoss,
  downgrade,
  rebuild,
  policies,
  recovery,
  tenants,
  cli,
  lifecycle,
  update,
  drift,
  refusals,
  recoverySettings,
  terminating,
];
