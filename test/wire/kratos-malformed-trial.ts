import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RemoteError } from '../../src/model/errors.ts';
import { CANARY, expectNoCanary } from './kratos-malformed-canary.ts';
import { type Case, verdictOf } from './kratos-malformed-case.ts';
import { OPERATIONS, type Operation } from './kratos-malformed-operations.ts';
import { WireServer } from './kratos-malformed-server.ts';
import { stoppedClock } from './kratos-server.ts';

/** The codes there are; a new one has to be thought of here. */
const CODES = new Set([
  'notFound',
  'invalid',
  'conflict',
  'denied',
  'methodDisabled',
  'unsupported',
  'expired',
  'tooLarge',
  'unavailable',
  'unexpected',
  'aborted',
]);

interface Ports {
  readonly admin: WireServer;
  readonly public: WireServer;
}

/** Every operation against every case for which there is such an answer. */
export function describeTrials(cases: readonly Case[]): void {
  let ports: Ports;
  beforeAll(async () => {
    ports = { admin: await WireServer.start(), public: await WireServer.start() };
  });
  afterAll(() => Promise.all([ports.admin.close(), ports.public.close()]));

  describe.each(OPERATIONS.map((operation) => [operation.name, operation] as const))('%s', (_, operation) => {
    const answered = cases.filter(({ say }) => say(operation) !== undefined);
    it.each(answered.map((each) => [verdictOf(each, operation), each.name, each] as const))(
      'is %s after %s',
      (_verdict, _name, each) => trial(ports, operation, each),
    );
  });
}

async function trial(ports: Ports, operation: Operation, each: Case): Promise<void> {
  const clock = stoppedClock();
  const say = each.say(operation);
  const talk: WireServer['answer'] = (socket) => say?.(socket, () => clock.expire());
  const asked = ports[operation.port];
  for (const server of [ports.admin, ports.public]) server.reset((socket) => void socket.destroy());
  asked.reset(each.unasked ? () => {} : talk, each.unasked ? talk : undefined);

  const call = operation.run({
    adminUrl: ports.admin.url,
    // Classic servers have everything on their admin port, unless they say otherwise.
    ...(operation.kinds.has('moved') ? {} : { publicUrl: ports.public.url }),
    connections: 2,
    clock,
    tokenFile: 'token',
    readFile: async () => CANARY.token,
  });
  const thrown = await call.result.then(
    () => undefined,
    (error: unknown) => error,
  );
  const verdict = verdictOf(each, operation);
  // What is cut off on this side must not go on in the background.
  if (verdict === 'tooLarge' && !each.definite) await asked.idle();
  await call.close();
  await Promise.all([ports.admin.idle(), ports.public.idle()]);

  if (verdict === 'fine') expect(thrown).toBeUndefined();
  else expectFailure(thrown, verdict, outcomeOf(operation, each, asked));
  expectRequests(ports, operation, each);
}

/** Where the connection ended before anybody asked, the request may or may not have been on its way. */
function outcomeOf(
  operation: Operation,
  { definite, unasked }: Case,
  { heard }: WireServer,
): readonly string[] {
  if (!operation.mutates || definite) return ['none'];
  return unasked && heard.length === 0 ? ['none', 'unknown'] : ['unknown'];
}

function expectFailure(thrown: unknown, verdict: string, outcomes: readonly string[]): void {
  expect(thrown).toBeInstanceOf(RemoteError);
  const error = thrown as RemoteError;
  expect(CODES).toContain(error.code);
  expect(error.code).toBe(verdict);
  expect(outcomes).toContain(error.outcome);
  expectNoCanary(error);
}

/** It was asked for once, where it is to be asked for, and the token went to the admin port alone. */
function expectRequests(ports: Ports, operation: Operation, each: Case): void {
  const asked = ports[operation.port];
  const other = operation.port === 'admin' ? ports.public : ports.admin;
  expect(other.connections).toBe(0);
  const times = operation.kinds.has('bothPaths') && each.verdict === 'unsupported' ? 2 : 1;
  if (!each.unasked) expect(new Set(asked.heard.map(({ line }) => line)).size).toBe(times);
  expect(asked.heard.length).toBeLessThanOrEqual(times);
  expect(asked.connections).toBeGreaterThanOrEqual(1);
  expect(asked.connections).toBeLessThanOrEqual(times);
  for (const { text } of asked.heard) {
    expect(text.includes(CANARY.token)).toBe(operation.port === 'admin');
  }
}
