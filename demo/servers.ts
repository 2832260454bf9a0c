import type { Kratos } from './kratos.ts';
import type { Kube } from './kube.ts';
import type { Resources } from './resources.ts';
import type { Timeline } from './timeline.ts';

/** What has to be undone, in the order in which it was done. */
export type Undo = (() => Promise<void>)[];

/** Requests so far, as a server counted them. */
export interface Traffic {
  /** Creations, changes and deletions of anything but leases. */
  readonly kubeWrites: number;
  readonly leaseWrites: number;
  readonly kratosWrites: number;
  readonly kratosReads: number;
}

/** The two servers that the story plays between, whoever runs them. */
export interface Servers {
  readonly title: string;
  /** Path of a file. */
  readonly kubeconfig: string;
  readonly kube: Kube;
  readonly kratos: Kratos;
  /** Where the story's resources live. */
  readonly namespace: string;
  readonly operatorFlags: readonly string[];
  /** Goes into every trait that tells identities apart; `undefined` where they are alone. */
  readonly tag: string | undefined;
  /** `undefined` where nobody counts for us. */
  readonly traffic: (() => Traffic) | undefined;
  /** Brings what the operator needs to start. */
  prepare(timeline: Timeline, signal: AbortSignal, undo: Undo): Promise<void>;
  /** Takes back the resources and their identities, while the operator can still help; `died` says when it cannot. */
  clear(resources: Resources, timeline: Timeline, died: AbortSignal): Promise<void>;
}
