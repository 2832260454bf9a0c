import type { Binaries } from '../servers/build.ts';
import type { BenchCluster } from './bench-cluster.ts';
import type { Finalizer } from './fleet.ts';
import { type KratosKind, KratosSide } from './kratos-side.ts';

/** What every measurement of the operator needs. */
export interface Scene {
  readonly cluster: BenchCluster;
  readonly binaries: Binaries;
  readonly kind: KratosKind;
  /** Who writes the finalizer where the operator need not. */
  readonly twoWrites: Exclude<Finalizer, 'operator'>;
  readonly say: (text: string) => void;
}

/** A fresh Kratos for one measurement. */
export function kratosOf({ binaries, cluster, kind }: Scene, latencyMs = 0): Promise<KratosSide> {
  return KratosSide.start({ kind, binaries, folder: cluster.folder, latencyMs });
}
