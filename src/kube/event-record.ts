import { randomBytes } from 'node:crypto';
import type { KratosIdentity } from '../model/generated/kratosidentity.ts';
import type { JsonObject } from '../model/json.ts';
import { microTime } from './micro-time.ts';

/** What happened to a resource, for people. */
export interface OperatorEvent {
  readonly regarding: KratosIdentity;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  /** Machine-readable verb, e.g. `Create`. */
  readonly action: string;
  readonly note: string;
}

const CONTROLLER = 'kratos-identity-operator';
const NAME_LENGTH = 253;
const NOTE_BYTES = 1024;
const INSTANCE_LENGTH = 128;

/** One Event object and how often it was seen: the first time makes the object, each further one a series of it. */
export class EventRecord {
  readonly namespace: string;
  readonly name: string;
  readonly #said: JsonObject;
  readonly #firstAt: number;
  #lastAt: number;
  #count = 1;
  #created = false;

  constructor(event: OperatorEvent, nowMs: number) {
    const { metadata } = event.regarding;
    this.namespace = metadata.namespace;
    this.name = eventName(metadata.name);
    this.#said = said(event);
    this.#firstAt = nowMs;
    this.#lastAt = nowMs;
  }

  /** Events of one key are the same event again. */
  static key({ regarding, type, reason, action, note }: OperatorEvent): string {
    return JSON.stringify([regarding.metadata.uid, type, reason, action, note]);
  }

  seenAgain(nowMs: number): void {
    this.#count++;
    this.#lastAt = nowMs;
  }

  /** Answers whether the object was made before, and remembers that it now is, whatever becomes of the request. */
  begin(): boolean {
    const created = this.#created;
    this.#created = true;
    return created;
  }

  manifest(instance: string): JsonObject {
    return {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { namespace: this.namespace, name: this.name },
      eventTime: microTime(this.#firstAt),
      reportingController: CONTROLLER,
      reportingInstance: instance.slice(0, INSTANCE_LENGTH),
      ...this.#said,
    };
  }

  series(): JsonObject {
    return { series: { count: this.#count, lastObservedTime: microTime(this.#lastAt) } };
  }
}

/** What is kept of an event: not the resource, which would outlive its place in the cache here. */
function said({ regarding, type, reason, action, note }: OperatorEvent): JsonObject {
  const { name, namespace, uid, resourceVersion } = regarding.metadata;
  const { apiVersion, kind } = regarding;
  return {
    regarding: { apiVersion, kind, namespace, name, uid, resourceVersion },
    type,
    reason,
    action,
    note: cut(note, NOTE_BYTES),
  };
}

function eventName(name: string): string {
  const suffix = `.${randomBytes(8).toString('hex')}`;
  return name.slice(0, NAME_LENGTH - suffix.length).replace(/[.-]+$/, '') + suffix;
}

/** At most `bytes` of UTF-8 (what the API server counts), never half a character. */
function cut(text: string, bytes: number): string {
  const encoded = Buffer.from(text, 'utf8');
  if (encoded.length <= bytes) return text;
  let end = bytes;
  while (end > 0 && ((encoded[end] ?? 0) & 0xc0) === 0x80) end--;
  return encoded.subarray(0, end).toString('utf8');
}
