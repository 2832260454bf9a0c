import { inspect } from 'node:util';
import { expect } from 'vitest';
import type { KratosIdentity } from '../../src/model/generated/kratosidentity.ts';
import { isObject, type JsonObject } from '../../src/model/json.ts';
import type { Scenario } from './scenario.ts';

/** Stands at the head of every text in traits and metadata; the links and codes of the simulation bear it too. */
export const MARK = 'CANARY';

/** Stands for it in numbers; with as many digits it is in no digest by chance. */
export const MARKED_NUMBER = 717_171_717;

const LINK = 'https://id.example/';

/** Looks over the shoulder of a scenario: keeps every text that leaves the operator, to be searched at the end. */
export class Canary {
  readonly #texts: string[] = [];
  readonly #scenario: Scenario;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    const { kube } = scenario;
    const patch = kube.patchStatus.bind(kube);
    kube.patchStatus = (resource, status) => {
      this.#texts.push(JSON.stringify(asksForLink(resource) ? withoutLink(status) : status));
      return patch(resource, status);
    };
  }

  /** An error as a log would print it. */
  thrown(error: unknown): void {
    this.#texts.push(inspect(error, { depth: 20, showHidden: true }), JSON.stringify(error), String(error));
  }

  check(): void {
    const events = this.#scenario.kube.events.map(
      ({ reason, action, note }) => `${reason} ${action} ${note}`,
    );
    for (const said of [...this.#texts, ...events]) {
      expect(said).not.toContain(MARK);
      expect(said).not.toContain(String(MARKED_NUMBER));
      expect(said).not.toContain(LINK);
    }
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
