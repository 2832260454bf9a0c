import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/*
 * The fault matrix: for each fault the tests that hold what is promised about it, as `file › text in the name of the test`. Tests that are
 * there for a row alone are in the files called fault-matrix.
 */

const SIM = 'test/sim/fault-matrix';
const WIRE = 'test/wire/fault-matrix.test.ts';

const ROWS: Record<string, readonly string[]> = {
  // A crash around a create.
  a1: [`${SIM}-a.test.ts › a1: `, 'test/sim/crash.test.ts › whatever happens at any effect'],
  a2: [
    `${SIM}-a.test.ts › a2: `,
    'test/sim/made-unread.test.ts › is known by its id, and neither looked for nor made again',
  ],
  a3: [
    `${SIM}-a.test.ts › a3: `,
    'test/sim/late.test.ts › whose resource is deleted at once leaves no identity behind',
  ],
  // A crash around a recovery link.
  a4: [`${SIM}-a.test.ts › a4: `],
  a5: [
    'test/sim/recovery.test.ts › a process that dies with the Secret made does not mint again: the Secret is the record',
  ],
  a6: [`${SIM}-a.test.ts › a6: `],
  // An older Kratos is served, not refused.
  a7: [
    `${WIRE} › a7: `,
    'test/wire/kratos-probe.test.ts › tells what v%s has',
    'test/sim/late.test.ts › by a process that a Kratos frozen for a minute outlives is made once',
  ],
  // The freshness fence stands where a live read of every pass once stood.
  b: [
    `${SIM}-bc.test.ts › b: a watch that is`,
    `${SIM}-bc.test.ts › b: after a restart`,
    'test/sim/races.test.ts › a cache that stands still repeats no effect',
    'test/unit/properties.test.ts › names no effect that needs a fence without one',
  ],
  c: [`${SIM}-bc.test.ts › c: `],
  d: [
    'test/sim/races.test.ts › never make two identities of %s',
    'test/sim/histories.test.ts › two processes without a lease',
    'test/wire/kube-lease-rivals.test.ts › of two electors at most one ever holds',
  ],
  // Kratos in trouble.
  e1: [
    `${SIM}-ef.test.ts › e1: `,
    'test/unit/gate.test.ts › are handed back when the gate opens, at a bounded pace',
  ],
  e2: [`${WIRE} › e2: a create`, `${WIRE} › e2: an update and a deletion`],
  e3: [
    'test/wire/http-answer.test.ts › with Retry-After %j asks for %j ms',
    'test/wire/kratos-malformed-retry-after.test.ts › ',
    'test/unit/gate.test.ts › with a Retry-After closes for that time',
  ],
  e4: [
    `${WIRE} › e4, i: neither a page, a redirect nor an unknown route is an absence`,
    'test/wire/kratos-malformed-absences.ts › as a page',
    'test/wire/kratos-malformed-transports.ts › a body without end',
    'test/wire/kratos-malformed-transports.ts › a byte now and then',
    'test/wire/http-request.test.ts › whose answer exceeds the cap is too large',
  ],
  e5: [`${SIM}-ef.test.ts › e5: `],
  e6: [`${WIRE} › e6: `, 'test/unit/gate.test.ts › closes the gate for all keys at once'],
  // The API server in trouble.
  f1: [
    'test/wire/kube-reflector-watch.test.ts › that its version is gone, but not twice at once',
    'test/wire/kube-reflector-refusals.test.ts › 410 whose list then fails keeps what it had until a list succeeds',
    'test/wire/kube-reflector-list.test.ts › again tells only what differs',
  ],
  f2: [
    'test/wire/kube-reflector-silence.test.ts › whose headers never come is given up after ten seconds',
    'test/wire/kube-reflector-watch.test.ts › that falls silent is opened anew from where it was',
    'test/wire/kube-reflector-watch.test.ts › discards half a line when the server %s, and sees that event again',
    'test/wire/kube-half-open.test.ts › is noticed by its silence and resumed when they flow again',
  ],
  f3: [
    'test/wire/kube-reflector-watch.test.ts › goes on when a handler throws, and the other handlers hear all the same',
    'test/wire/kube-reflector-handlers.test.ts › at an event is told of, and leaves the stream as it is',
  ],
  f4: [
    `${SIM}-ef.test.ts › f4: somebody else's write`,
    `${SIM}-ef.test.ts › f4: an API server that asks for time`,
  ],
  f5: [
    'test/e2e/scenarios/missing.ts › without the CRD it names crds/ and exits 1',
    'test/e2e/scenarios/missing.ts › without rights it names deploy/ and exits 1',
    'test/wire/kube-client.test.ts › tells a missing',
  ],
  f6: [
    `${SIM}-ef.test.ts › f6: `,
    'test/unit/properties.test.ts › is settled by one write: the next pass in the same world writes nothing',
  ],
  // What people put into a spec.
  g1: [
    'test/unit/limits.test.ts › is counted in bytes of UTF-8, not in characters',
    'test/sim/poison.test.ts › of 10,000 resources one is bad in each known way, and the others do not notice',
  ],
  g2: [
    `${SIM}-gk.test.ts › g2: `,
    "test/unit/limits.test.ts › describe.each(['__proto__', 'constructor', 'prototype'])",
  ],
  g3: [
    'test/unit/limits.test.ts › %i objects in one another are allowed',
    'test/unit/limits.test.ts › %i are refused, with the way in',
  ],
  g4: [
    `${SIM}-gk.test.ts › g4: `,
    'test/sim/steady.test.ts › a server that keeps traits in another form is written once',
  ],
  g5: ['test/unit/precheck-hostile.test.ts › a pattern that other engines never finish is judged'],
  g6: [
    'test/unit/limits.test.ts › %d is refused, without its value',
    'test/wire/kratos-exact-numbers.test.ts › a whole identity is written back',
  ],
  // Secrets; every simulated world is searched besides (canary.ts).
  h: [
    `${WIRE} › h: `,
    'test/sim/lifecycle.test.ts › never reach status, events or errors',
    'test/e2e/scenarios/secrecy.ts › is in any log',
  ],
  i: [
    'test/manifests/fault-matrix.test.ts › i: ',
    'test/wire/kratos-client-answers.test.ts › never a redirect, and does not follow it',
    'test/manifests/deployment.test.ts › the egress component restricts the same pods, the way out only',
  ],
  j: [
    'test/sim/conflict.test.ts › %s first: it has it, and %s never writes',
    'test/sim/conflict.test.ts › a change towards another’s e-mail is refused in the same words',
    'test/sim/takeover.test.ts › that is of %s is left alone',
  ],
  k: [
    `${SIM}-gk.test.ts › k: a wall clock`,
    `${SIM}-gk.test.ts › k: a Kratos whose clock`,
    'test/wire/kube-lease-hold.test.ts › ends ten seconds after the last renewal was sent',
  ],
  l: ['test/sim/upgrade.test.ts › the code of today writes nothing, however often it looks'],
};

test('every fault has its row', () => {
  const numbered = (letter: string, count: number) =>
    Array.from({ length: count }, (_, at) => `${letter}${at + 1}`);
  const all = [
    numbered('a', 7),
    ['b', 'c', 'd'],
    numbered('e', 6),
    numbered('f', 6),
    numbered('g', 6),
    ['h', 'i', 'j', 'k', 'l'],
  ];
  expect(Object.keys(ROWS)).toEqual(all.flat());
});

test.each(Object.entries(ROWS))('%s is held by tests that are there', (_row, held) => {
  expect(held.length).toBeGreaterThan(0);
  for (const one of held) {
    const [file = '', name = ''] = one.split(' › ');
    expect(readFileSync(file, 'utf8'), one).toContain(name);
  }
});
