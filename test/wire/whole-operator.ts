import { readFile } from 'node:fs/promises';
import { inspect } from 'node:util';
import { parse } from 'yaml';
import { parseConfig } from '../../src/config.ts';
import type { KratosIdentity } from '../../src/model/generated/kratosidentity.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { readyCondition } from '../../src/model/resource.ts';
import { Operator } from '../../src/operator/operator.ts';
import { createLog } from '../../src/ops/log.ts';
import { Metrics } from '../../src/ops/metrics.ts';
import { until } from '../servers/wait.ts';
import { type KratosStandIn, startKratos } from '../standin/kratos/server.ts';
import type { KratosVersion } from '../standin/kratos/version.ts';
import { type Kube, startKube } from '../standin/kube/kube.ts';
import { realClock } from './clocks.ts';

const NAMESPACE = 'team';
const NO_TLS = {};
const PATIENCE_S = 50;

/** The whole operator but for its process, over real sockets, between the two stand-ins; what it logs is kept. */
export class WholeOperator implements AsyncDisposable {
  readonly kube: Kube;
  readonly kratos: KratosStandIn;
  readonly log: string[] = [];
  metrics = new Metrics('wire');
  #operator: Operator;

  private constructor(kube: Kube, kratos: KratosStandIn) {
    this.kube = kube;
    this.kratos = kratos;
    this.#operator = this.#build();
  }

  /** @param beforeIt what there is already when the operator starts */
  static async start(
    version: KratosVersion,
    beforeIt: (whole: WholeOperator) => void = () => {},
  ): Promise<WholeOperator> {
    const crd = parse(await readFile('crds/kratosidentities.yaml', 'utf8')) as JsonObject;
    const whole = new WholeOperator(await startKube({ crd }), await startKratos({ version }));
    beforeIt(whole);
    await whole.#work();
    return whole;
  }

  /** Another process, with another memory. */
  async restart(): Promise<void> {
    await this.#operator.stop();
    this.metrics = new Metrics('wire');
    this.#operator = this.#build();
    await this.#work();
  }

  apply(name: string, spec: JsonObject, metadata: JsonObject = {}): void {
    this.kube.store.apply({
      apiVersion: 'kratos.ory.sh/v1alpha1',
      kind: 'KratosIdentity',
      metadata: { ...metadata, name, namespace: NAMESPACE },
      spec,
    });
  }

  resource(name: string): KratosIdentity | undefined {
    return this.kube.store.get('kratosidentities', NAMESPACE, name) as unknown as KratosIdentity | undefined;
  }

  resources(): readonly KratosIdentity[] {
    return this.kube.store.list('kratosidentities', NAMESPACE) as unknown as readonly KratosIdentity[];
  }

  async delete(name: string): Promise<void> {
    this.kube.store.delete('kratosidentities', NAMESPACE, name);
    await until(`${name} to go`, () => this.resource(name) === undefined, PATIENCE_S);
  }

  /** Waits until its status speaks of its spec and gives that reason. */
  async says(name: string, reason: string): Promise<KratosIdentity> {
    return until(
      `${name} to say ${reason}`,
      () => {
        const resource = this.resource(name);
        if (resource?.status?.observedGeneration !== resource?.metadata.generation) return undefined;
        return resource !== undefined && readyCondition(resource)?.reason === reason ? resource : undefined;
      },
      PATIENCE_S,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kratos.faults.thaw();
    await this.#operator.stop();
    await Promise.all([this.kube.stop(), this.kratos.stop()]);
  }

  #build(): Operator {
    const parsed = parseConfig(
      [
        `--kratos-admin-url=${this.kratos.adminUrl}`,
        `--kratos-public-url=${this.kratos.publicUrl}`,
        `--namespaces=${NAMESPACE}`,
        '--owner-id=wire',
      ],
      {},
      false,
    );
    if (parsed.kind !== 'config') throw new Error(inspect(parsed));
    return new Operator({
      config: parsed.config,
      leaseNamespace: NAMESPACE,
      credentials: {
        baseUrl: this.kube.url,
        namespace: NAMESPACE,
        tls: async () => NO_TLS,
        authorization: async () => undefined,
        refresh: () => {},
      },
      clock: realClock,
      log: createLog({ level: 'trace', format: 'json', write: (line) => this.log.push(line) }),
      metrics: this.metrics,
      hostname: 'wire',
      random: Math.random,
    });
  }

  async #work(): Promise<void> {
    await this.#operator.watch();
    // Stopped, it ends.
    void this.#operator.lead('wire').catch(() => {});
  }
}
