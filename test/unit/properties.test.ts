import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isObject, type JsonObject, type JsonValue } from '../../src/model/json.ts';
import { mergeEdits } from '../../src/model/merge.ts';
import { MARKER_KEY, markerJson } from '../../src/model/owner.ts';
import { plan } from '../../src/model/plan.ts';
import { leavesOf, ownedPointers, toPointer, valueAt } from '../../src/model/pointer.ts';
import { nextStatus, statusPatch } from '../../src/model/status.ts';
import { type End, isEnd } from '../../src/model/step.ts';
import type { World } from '../../src/model/world.ts';
import { edited } from '../sim/kratos.ts';
import { mergePatch } from '../sim/kube.ts';
import { json, maybe, object, worlds } from './arbitrary.ts';
import { identity, marker, NOW, NOW_TEXT, THEN_TEXT } from './build.ts';

const RUNS = { numRuns: 500 };

describe('plan', () => {
  it('is total: every world has a step', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        expect(typeof plan(world, NOW).do).toBe('string');
      }),
      RUNS,
    );
  });

  it('is pure: the same world has the same step, and is left as it was', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const before = JSON.stringify(world);
        expect(plan(world, NOW)).toEqual(plan(world, NOW));
        expect(JSON.stringify(world)).toBe(before);
      }),
      RUNS,
    );
  });

  it('names no effect that needs a fence without one, and none at Kratos while the gate is closed', () => {
    const fenced = new Set(['createIdentity', 'deleteIdentity', 'mintRecovery']);
    const kube = new Set([
      'readResource',
      'readSecret',
      'deleteSecret',
      'removeFinalizer',
      'expireRecovery',
      'retireRecovery',
    ]);
    fc.assert(
      fc.property(worlds, (world) => {
        const step = plan(world, NOW);
        const needsFence = fenced.has(step.do) || (step.do === 'updateIdentity' && step.why === 'deactivate');
        // On a server without markers the record, whose write is the fence, comes before the POST.
        if (needsFence) expect(world.fenced).toBe(true);
        if (!world.kratos.open && !isEnd(step)) expect(kube).toContain(step.do);
      }),
      RUNS,
    );
  });

  it('writes nothing to an identity that another marker claims', () => {
    const writes = new Set(['updateIdentity', 'deleteIdentity', 'mintRecovery', 'endSessions']);
    const foreign = worlds.map((world): World => {
      const theirs = identity({
        traits: {},
        metadataAdmin: { [MARKER_KEY]: markerJson(marker({ uid: 'uid-9', name: 'bob' })) },
      });
      return { ...world, identity: { kind: 'known', identity: theirs } };
    });
    fc.assert(
      fc.property(foreign, (world) => {
        expect(writes).not.toContain(plan(world, NOW).do);
      }),
      RUNS,
    );
  });
});

describe('the status', () => {
  const ends: fc.Arbitrary<End> = fc.constantFrom<End>(
    { do: 'settled' },
    { do: 'settled', block: 'SecretConflict' },
    { do: 'stall', verdict: { reason: 'Conflict', message: 'm' } },
    { do: 'wait', verdict: { reason: 'KratosUnavailable', message: 'm' }, requeue: { kind: 'none' } },
    { do: 'postpone', requeue: { kind: 'gate' } },
  );

  it('is settled by one write: the next pass in the same world writes nothing', () => {
    fc.assert(
      fc.property(worlds, ends, (world, end) => {
        const once = nextStatus(world, end, NOW.wall);
        const again = nextStatus(
          { ...world, resource: { ...world.resource, status: once } },
          end,
          NOW.wall + 60_000,
        );
        expect(statusPatch(once, again)).toBeUndefined();
      }),
      RUNS,
    );
  });

  it('is what a merge patch of it makes of the old one', () => {
    fc.assert(
      fc.property(worlds, ends, (world, end) => {
        const before = world.resource.status;
        const after = nextStatus(world, end, NOW.wall);
        const patched = mergePatch((before ?? {}) as unknown as JsonValue, statusPatch(before, after) ?? {});
        expect(patched).toEqual(after);
      }),
      RUNS,
    );
  });

  it('has whole seconds for times and one condition of a kind', () => {
    fc.assert(
      fc.property(worlds, ends, (world, end) => {
        const { conditions = [] } = nextStatus(world, end, NOW.wall + 123);
        const kinds = conditions.map(({ type }) => type);
        expect(new Set(kinds).size).toBe(kinds.length);
        for (const { lastTransitionTime } of conditions)
          expect([NOW_TEXT, THEN_TEXT]).toContain(lastTransitionTime);
      }),
      RUNS,
    );
  });
});

describe('a merge', () => {
  const pointers = fc
    .array(
      json.filter(isObject).map((value) => ownedPointers(value as JsonObject)),
      { maxLength: 2 },
    )
    .map((lists) => lists.flat());

  it('converges: carried out, it has nothing more to do', () => {
    fc.assert(
      fc.property(maybe(object), maybe(json), pointers, (declared, actual, owned) => {
        const after = edited(actual ?? null, mergeEdits(declared, actual, owned));
        expect(mergeEdits(declared, after, owned)).toEqual([]);
      }),
      RUNS,
    );
  });

  it('leaves alone what is neither declared nor owned', () => {
    fc.assert(
      fc.property(object, object, pointers, (declared, actual, owned) => {
        const ours = new Set([...owned, ...ownedPointers(declared)]);
        const covers = (path: string, other: string) => path === other || other.startsWith(`${path}/`);
        const after = edited(actual, mergeEdits(declared, actual, owned));
        for (const { path, value } of leavesOf(actual)) {
          const pointer = toPointer(path);
          const touched = [...ours].some((mine) => covers(mine, pointer) || covers(pointer, mine));
          if (!touched) expect(valueAt(after, path)).toEqual(value);
        }
      }),
      RUNS,
    );
  });
});
