import { inspect } from 'node:util';
import { afterEach, expect } from 'vitest';
import type { KratosIdentity } from '../../src/model/generated/kratosidentity.ts';
import { isObject, type JsonObject } from '../../src/model/json.ts';
import { reportPass } from '../../src/operator/pass-report.ts';
import { createLog } from '../../src/ops/log.ts';
import { Metrics } from '../../src/ops/metrics.ts';
import type { PassResult } from '../../src/reconcile/pass.ts';
import type { SimKube, SpecInput } from './kube.ts';

/** Stands at the head of every text in traits and metadata; the links and codes of the simulation bear it too. */
export const MARK = 'CANARY';

/** Stands for it in numbers; with as many digits it is in no digest by chance. */
export const MARKED_NUMBER = 717_171_717;

const LINK = 'https://id.example/';

export const MARKED_EMAIL = `${MARK}.ada@example.org`;
export const MARKED_PERSON: SpecInput = {
  schemaId: 'person',
  traits: { email: MARKED_EMAIL, name: `${MARK} Ada` },
};
export const MARKED_THING: SpecInput = { schemaId: 'thing', traits: { label: `${MARK} printer` } };

/** Of all worlds of a file: no label of theirs may name anybody either. */
const METRICS = new Metrics('sim');
const QUEUE_METRICS = METRICS.queue('kratosidentity');

/** The worlds of a test that were not looked at yet. */
const OPEN = new Set<Canary>();

// Whoever makes a world in a test need not ask for this.
afterEach(async () => {
  for (const canary of OPEN) canary.check();
  expect(leaksIn(await METRICS.text()), 'the metrics').toEqual([]);
});

/** The marks in a text, each with what stands around it. An address is a trait wherever it stands. */
export function leaksIn(text: string): string[] {
  return [MARK, String(MARKED_NUMBER), LINK, '@example.org'].flatMap((mark) => {
    const at = text.indexOf(mark);
    return at < 0 ? [] : [text.slice(Math.max(0, at - 100), at + 100)];
  });
}

/**
 * Looks over the shoulder of the operator in one world: keeps every text that leaves it, its log and its metrics included, to be searched
 * at the end. Only what goes into Secrets and to Kratos may hold a mark, and the link in status that its author asked for.
 */
export class Canary {
  readonly #texts: string[] = [];
  readonly #kube: SimKube;
  readonly #log = createLog({ level: 'trace', format: 'json', write: (line) => this.#texts.push(line) });
  readonly queue = QUEUE_METRICS;
  readonly onAction: Metrics['countAction'] = (action) => METRICS.countAction(action);

  constructor(kube: SimKube) {
    this.#kube = kube;
    OPEN.add(this);
    const patch = kube.patchStatus.bind(kube);
    kube.patchStatus = (resource, status) => {
      this.#texts.push(JSON.stringify(asksForLink(resource) ? withoutLink(status) : status));
      return patch(resource, status);
    };
    const create = kube.createSecret.bind(kube);
    kube.createSecret = (secret) => {
      const { data: _data, ...rest } = secret;
      this.#texts.push(JSON.stringify(rest), inspect(secret, { depth: 20, showHidden: true }));
      return create(secret);
    };
  }

  /** Writes down a pass as the product does: in its log and its metrics. */
  passed(key: string, outcome: PassResult | Error): void {
    reportPass(METRICS, this.#log, key, outcome, 0);
    if (outcome instanceof Error) this.thrown(outcome);
  }

  /** Writes down that the gate opened or closed, as the product does. */
  gated(open: boolean, why: string): void {
    METRICS.setGateOpen(open);
    this.#log[open ? 'info' : 'warn']({ why }, open ? 'Kratos is reachable' : 'Kratos is not reachable');
  }

  /** An error as a careless program would print it. */
  thrown(error: unknown): void {
    this.#texts.push(inspect(error, { depth: 20, showHidden: true }), JSON.stringify(error), String(error));
  }

  /** The lines of the log at that level. */
  logged(level: 'debug' | 'info' | 'warn' | 'error'): string[] {
    return this.#texts.filter((text) => text.startsWith(`{"level":"${level}"`));
  }

  /** Searches all that was said. */
  check(): void {
    OPEN.delete(this);
    const events = this.#kube.events.map(({ reason, action, note }) => `${reason} ${action} ${note}`);
    expect(leaksIn([...this.#texts, ...events].join('\n'))).toEqual([]);
  }
}

/** Whether the author wants the link in status; the spec may be none. */
function asksForLink({ spec }: KratosIdentity): boolean {
  return isObject(spec) && isObject(spec.recovery) && spec.recovery.output === 'Status';
}

/** The one place that a link may go to. */
function withoutLink(status: JsonObject): JsonObject {
  const { recovery } = status;
  return isObject(recovery) ? { ...status, recovery: { ...recovery, link: null } } : status;
}
