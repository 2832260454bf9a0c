import type { Clock } from '../../../src/model/clock.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import type { Answer } from './answer.ts';
import type { Flow } from './flows.ts';
import type { Store } from './store.ts';
import type { Dialect } from './version.ts';

/** Which recovery methods the administrator has switched on. */
export interface RecoveryMethods {
  link: boolean;
  code: boolean;
}

/** One recovery link or code that was handed out. */
export interface Minted {
  readonly method: 'link' | 'code';
  readonly identityId: string;
  readonly link: string;
  readonly code?: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** Everything a handler may look at. */
export interface World {
  dialect: Dialect;
  /** What `health/ready` says. */
  ready: boolean;
  readonly store: Store;
  readonly schemas: ReadonlyMap<string, JsonObject>;
  readonly clock: Clock;
  readonly recovery: RecoveryMethods;
  readonly minted: Minted[];
  /** Self-service flows by id. */
  readonly flows: Map<string, Flow>;
  readonly urls: { readonly admin: string; readonly public: string };
}

/** A request as a handler sees it. */
export interface Call {
  readonly method: string;
  /** As sent, without the query. */
  readonly path: string;
  /** `?…` as sent, or empty. */
  readonly search: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Handler = (world: World, call: Call, params: Readonly<Record<string, string>>) => Answer;

/** The time of a write, as Kratos prints it. */
export function timestamp(world: World): string {
  return new Date(world.clock.now()).toISOString();
}
