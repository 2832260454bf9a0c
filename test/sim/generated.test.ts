import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KratosIdentitySpec } from '../../src/model/generated/kratosidentity.ts';
import { isObject } from '../../src/model/json.ts';
import { type Edit, History } from './generated-history.ts';
import { brokenSpecs, isAdmitted, refusedSpecs, validSpecs } from './generated-specs.ts';
import { SERVERS } from './kratos.ts';
import { KEY } from './scenario.ts';
import { hold } from './seeds.ts';

const FILE = 'test/sim/generated.test.ts';
const KINDS = ['bare', 'metadata', 'externalIds'] as const;
type Kind = (typeof KINDS)[number];

const passes = fc.constantFrom<Edit['passes']>(0, 1, 2, 'until quiet');
const restarts = fc.boolean();

/** What this kind of server can do, under an external id that never changes. */
function fitting(spec: KratosIdentitySpec, kind: Kind, externalId: string | undefined): KratosIdentitySpec {
  const { state, metadataPublic, metadataAdmin, externalId: _own, deletionPolicy, ...rest } = spec;
  if (kind === 'bare') return { ...rest, deletionPolicy: 'Retain' };
  return {
    ...rest,
    deletionPolicy,
    ...(state !== undefined && { state }),
    ...(metadataPublic !== undefined && { metadataPublic }),
    ...(metadataAdmin !== undefined && { metadataAdmin }),
    ...(kind === 'externalIds' && externalId !== undefined && { externalId }),
  };
}

/** Absent, a schema or a state is not enforced; so the last spec names what one before it named. */
function conclusive(last: KratosIdentitySpec, before: readonly unknown[]): KratosIdentitySpec {
  const named = (field: string) => before.some((spec) => isObject(spec) && spec[field] !== undefined);
  const { recovery } = last;
  return {
    ...last,
    ...(last.schemaId === undefined && named('schemaId') && { schemaId: 'thing' }),
    ...(last.state === undefined && named('state') && { state: 'active' as const }),
    ...(recovery !== undefined && { recovery: { ...recovery, requestId: 'the last', expiresIn: '1h' } }),
  };
}

const edits = fc.record({
  spec: fc.oneof(
    { weight: 3, arbitrary: validSpecs },
    { weight: 1, arbitrary: refusedSpecs },
    { weight: 1, arbitrary: brokenSpecs },
  ),
  passes,
  restarts,
  /** Whether it asks for nothing that the server cannot do. */
  fits: fc.nat(3).map((number) => number > 0),
});

/** On the way to the last spec: one to five others, of which each may be sound or not. */
function histories(kind: Kind) {
  return fc
    .record({
      way: fc.array(edits, { minLength: 1, maxLength: 5 }),
      last: validSpecs,
      externalId: fc.option(
        fc.string({ minLength: 1, maxLength: 64 }).filter((id) => !id.startsWith('k8s:')),
        { nil: undefined },
      ),
      keyFrom: fc.nat(5),
    })
    .map(({ way, last, externalId, keyFrom }) => {
      const steps = way.map(({ fits, ...edit }, at) => ({
        ...edit,
        spec: isAdmitted(edit.spec)
          ? stepOf(edit.spec as KratosIdentitySpec, kind, at >= keyFrom ? externalId : undefined, fits)
          : edit.spec,
      }));
      const fitted = fitting(last, kind, externalId);
      return {
        way: steps,
        last:
          kind === 'bare'
            ? conclusiveOnBare(fitted, steps)
            : conclusive(
                fitted,
                steps.map(({ spec }) => spec),
              ),
      };
    });
}

function stepOf(spec: KratosIdentitySpec, kind: Kind, externalId: string | undefined, fits: boolean) {
  if (fits) return fitting(spec, kind, externalId);
  const { externalId: _own, ...rest } = spec;
  return kind === 'externalIds' && externalId !== undefined ? { ...rest, externalId } : rest;
}

function conclusiveOnBare(last: KratosIdentitySpec, steps: readonly Edit[]): KratosIdentitySpec {
  const { state: _state, ...rest } = conclusive(
    last,
    steps.map(({ spec }) => spec),
  );
  return rest;
}

test('what is made from the schema is let in by it, and what is broken is not', () => {
  fc.assert(
    fc.property(validSpecs, (spec) => isAdmitted(spec)),
    { seed: 1 },
  );
  fc.assert(
    fc.property(refusedSpecs, (spec) => isAdmitted(spec)),
    { seed: 1 },
  );
  fc.assert(
    fc.property(brokenSpecs, (spec) => !isAdmitted(spec)),
    { seed: 1 },
  );
});

describe.each(KINDS)('on a server of kind %s', (kind) => {
  const has = SERVERS[kind];

  test('whatever a spec was before, what comes of it is what comes of it fresh', async () => {
    const property = fc.asyncProperty(histories(kind), async ({ way, last }) => {
      const long = new History(has);
      const fresh = new History(has);
      for (const history of [long, fresh]) await history.begin();
      for (const edit of way) await long.edit(edit);
      for (const history of [long, fresh])
        await history.edit({ spec: last, passes: 'until quiet', restarts: false });
      expect(fresh.scenario.reason()).toBe('Synced');
      expect(long.outcome()).toStrictEqual(fresh.outcome());
      for (const history of [long, fresh]) history.check();
    });
    await hold(FILE, property, 80);
  });

  test('a spec that is refused by its form or the limits says so, makes nothing, and recovers', async () => {
    const bad = fc.oneof(refusedSpecs, brokenSpecs);
    const property = fc.asyncProperty(bad, validSpecs, restarts, async (spec, good, restart) => {
      const history = new History(has);
      await history.begin();
      await history.edit({ spec, passes: 'until quiet', restarts: restart });
      expect(history.scenario.identities()).toHaveLength(1);
      const ready = history.scenario.condition();
      expect(ready).toMatchObject({ status: 'False', message: expect.stringMatching(/\w/) });
      expect(['InvalidTraits', 'InvalidMetadata', 'Unsupported']).toContain(ready?.reason);
      expect(history.scenario.condition('Stalled')).toMatchObject({ status: 'True', reason: ready?.reason });
      history.check();
      await history.edit({ spec: fitting(good, kind, undefined), passes: 'until quiet', restarts: false });
      expect(history.scenario.reason()).toBe('Synced');
      history.check();
    });
    await hold(FILE, property, 80);
  });

  test('a resource whose spec went bad goes as its policy says, and waits where that cannot be read', async () => {
    const bad = fc.oneof(refusedSpecs, brokenSpecs);
    const property = fc.asyncProperty(
      validSpecs,
      bad,
      passes,
      restarts,
      async (good, spec, some, restart) => {
        const history = new History(has);
        await history.begin();
        await history.edit({ spec: fitting(good, kind, undefined), passes: 'until quiet', restarts: false });
        await history.edit({ spec, passes: some, restarts: restart });
        history.scenario.kube.delete(KEY);
        await history.quiet();
        const policy = isObject(spec) ? spec.deletionPolicy : undefined;
        const carriedOut = ['Delete', 'Retain', ...(kind === 'bare' ? [] : ['Deactivate'])];
        const goes = typeof policy === 'string' && carriedOut.includes(policy);
        expect(history.scenario.exists()).toBe(!goes);
        expect(history.scenario.identities()).toHaveLength(policy === 'Delete' ? 1 : 2);
        if (!goes)
          expect(history.scenario.condition()).toMatchObject({ status: 'False', reason: 'Deleting' });
        history.check();
      },
    );
    await hold(FILE, property, 60);
  });
});
