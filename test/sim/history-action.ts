import fc from 'fast-check';
import { FAULTS } from './effects.ts';

export const KEYS = ['team/ada', 'team/bob'] as const;
const POLICIES = ['Delete', 'Retain', 'Deactivate'] as const;
/** What a request to Kratos may suffer that Kratos carries out only when nobody waits for it any more. */
const LATE = ['carried out late', 'dies, carried out late'] as const;
const PROMPT = FAULTS.filter((fault) => !fault.includes('late'));
const SLOW = ['create', 'update', 'delete', 'mint', 'end sessions'] as const;

/** The specs of a history by name; `spec` of history-spec.ts makes them. */
export const SPECS = [
  'person',
  'team',
  'renamed',
  'thing',
  'locked',
  'asking',
  'asking again',
  'clashing',
  'bad',
  'external',
] as const;

export type SpecName = (typeof SPECS)[number];

/** One thing that happens in a history: to the resources, in Kratos, to a watch, to a process, or to time. */
export type Action =
  | { readonly do: 'apply'; readonly key: string; readonly spec: SpecName }
  | { readonly do: 'policy'; readonly key: string; readonly policy: (typeof POLICIES)[number] }
  | { readonly do: 'delete' | 'drift' | 'vanish' | 'wipe'; readonly key: string }
  /** Lets a process send so many requests, always the one at `pick` of those that wait. */
  | { readonly do: 'work'; readonly who: number; readonly pick: number; readonly times: number }
  | { readonly do: 'deliver' | 'drop'; readonly who: number; readonly key: string }
  | { readonly do: 'relist' | 'restart'; readonly who: number }
  | { readonly do: 'travel'; readonly who: number; readonly back: number }
  /** The next effect of that name, or the next one of all, suffers it. */
  | { readonly do: 'fault'; readonly fault: (typeof FAULTS)[number]; readonly name: string | undefined }
  | { readonly do: 'refuse' | 'passing conflict' }
  | { readonly do: 'clock'; readonly ms: number }
  /** Everybody works and sees everything for 20 s. */
  | { readonly do: 'rest' };

const key = fc.constantFrom(...KEYS);
const who = fc.nat({ max: 1 });

function on<T extends string>(...names: T[]) {
  return fc.record({ do: fc.constantFrom(...names), key });
}

const ACTION: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 7,
    arbitrary: fc.record({ do: fc.constant('apply' as const), key, spec: fc.constantFrom(...SPECS) }),
  },
  { weight: 3, arbitrary: on('delete') },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('policy' as const), key, policy: fc.constantFrom(...POLICIES) }),
  },
  { weight: 3, arbitrary: on('drift', 'vanish', 'wipe') },
  {
    weight: 14,
    arbitrary: fc.record({
      do: fc.constant('work' as const),
      who,
      pick: fc.nat({ max: 1 }),
      times: fc.integer({ min: 1, max: 9 }),
    }),
  },
  { weight: 9, arbitrary: fc.record({ do: fc.constant('deliver' as const), who, key }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('drop' as const), who, key }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('relist' as const, 'restart' as const), who }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('travel' as const), who, back: fc.integer({ min: 1, max: 6 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('fault' as const),
      fault: fc.constantFrom(...PROMPT),
      name: fc.constantFrom(undefined, 'create', 'status', 'mint', 'create secret', 'finalizers'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('fault' as const),
      fault: fc.constantFrom(...LATE),
      name: fc.constantFrom(...SLOW),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('refuse' as const, 'passing conflict' as const) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('clock' as const),
      ms: fc.constantFrom(500, 2_500, 9_000, 20_000, 660_000, 3_700_000),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('rest' as const) }) },
);

export const ACTIONS = fc.array(ACTION, { minLength: 4, maxLength: 40, size: 'max' });
