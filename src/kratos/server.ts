import { RemoteError } from '../model/errors.ts';
import type { Capabilities } from '../model/identity.ts';
import type { Api } from './api.ts';
import { type Dialect, type Paths, pathsOf } from './dialect.ts';
import { FEATURES, type Feature, findDialect, findFeature } from './probe.ts';

/** The connections to the ports of one Kratos. */
export interface Ports {
  readonly admin: Api;
  /** The admin port too, on connections of their own and with a larger cap: lists never hold up an effect. */
  readonly lists: Api;
  readonly public: Api | undefined;
}

/** One Kratos as operations see it: its ports, and what it is and has, found out when first needed unless it was proved before. */
export class Server {
  readonly ports: Ports;
  #dialect: Promise<Dialect> | undefined;
  #paths: Promise<Paths> | undefined;
  readonly #features = new Map<Feature, Promise<boolean>>();

  constructor(ports: Ports, proved?: Capabilities) {
    this.ports = ports;
    if (proved === undefined) return;
    this.#dialect = Promise.resolve(proved.dialect);
    for (const feature of FEATURES) {
      if (feature in proved)
        this.#features.set(feature, Promise.resolve(proved[feature as keyof Capabilities] === true));
    }
  }

  /** Rejects as `findDialect` does, and asks again next time. */
  dialect(): Promise<Dialect> {
    this.#dialect ??= findDialect(this.ports.admin).catch((error: unknown) => {
      this.#dialect = undefined;
      throw error;
    });
    return this.#dialect;
  }

  paths(): Promise<Paths> {
    this.#paths ??= this.dialect().then(pathsOf, (error: unknown) => {
      this.#paths = undefined;
      throw error;
    });
    return this.#paths;
  }

  /** Rejects as `findFeature` does, and asks again next time. */
  has(feature: Feature): Promise<boolean> {
    const found = this.#features.get(feature) ?? this.#find(feature);
    this.#features.set(feature, found);
    return found;
  }

  /** Rejects `unsupported`, before anything is sent, where the server lacks what would be ignored or dropped without a word. */
  async require(operation: string, feature: Feature, needs: string): Promise<void> {
    if (await this.has(feature)) return;
    throw new RemoteError(operation, { code: 'unsupported', outcome: 'none', needs });
  }

  async #find(feature: Feature): Promise<boolean> {
    try {
      return await findFeature(this.ports.admin, await this.dialect(), feature);
    } catch (error) {
      this.#features.delete(feature);
      throw error;
    }
  }
}
