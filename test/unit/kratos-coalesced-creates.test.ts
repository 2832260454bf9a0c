import { describe, expect, it } from 'vitest';
import type { BatchOutcome } from '../../src/kratos/batch-outcome.ts';
import { CoalescedCreates } from '../../src/kratos/coalesce/creates.ts';
import { CoalescedReads } from '../../src/kratos/coalesce/reads.ts';
import { type IdentityRecord, readIdentity } from '../../src/kratos/record.ts';
import type { CreateIdentityBody } from '../../src/kratos/types/identity.ts';
import { RemoteError, type RemoteErrorDetail } from '../../src/model/errors.ts';
import { DrivenClock } from '../sim/clock.ts';

const NOT_FOUND = new RemoteError('GET identity', { code: 'notFound', outcome: 'none', status: 404 });
const CONFLICT = new RemoteError('PATCH identities', { code: 'conflict', outcome: 'none', status: 409 });

interface Options {
  /** What a batch throws in place of an answer. */
  readonly fails?: Partial<RemoteErrorDetail>;
  /** A refused entry undoes the others, whose ids are answered all the same. */
  readonly rollsBack?: boolean;
  /** Ids are answered, and cannot be read. */
  readonly unreadable?: RemoteError;
}

/** A server that holds identities by their label; a label `taken…` is a conflict. `sent` tells what it was asked. */
class Scene {
  readonly clock = new DrivenClock();
  readonly sent: string[] = [];
  readonly made = new Map<string, string>();
  readonly #options: Options;
  readonly #creates: CoalescedCreates;

  constructor(options: Options = {}) {
    this.#options = options;
    const reads = new CoalescedReads(
      {
        getIdentity: async (id) => {
          const identity = options.unreadable === undefined ? this.#read(id) : undefined;
          return identity ?? Promise.reject(options.unreadable ?? NOT_FOUND);
        },
        listIdentities: async (asked) => {
          const ids = asked?.ids ?? [];
          this.sent.push(`list ${ids.length}`);
          if (options.unreadable) throw options.unreadable;
          const items = ids.map((id) => this.#read(id)).filter((item) => item !== undefined);
          return { items, nextPageToken: undefined, total: undefined, linked: true, raw: [] };
        },
      },
      this.clock,
      10_000,
    );
    const api = {
      createIdentity: async (body: CreateIdentityBody) => {
        this.sent.push(`post ${labelOf(body)}`);
        return this.#make(body) ?? Promise.reject(CONFLICT);
      },
      batchCreateIdentities: async (bodies: readonly CreateIdentityBody[]) => this.#batch(bodies),
    };
    this.#creates = new CoalescedCreates(api, reads, this.clock, 10_000);
  }

  /** Creates them at once; answers the label that each identity has, or the code of its error. */
  async create(labels: readonly string[], mayStart?: () => void) {
    const settled = Promise.allSettled(
      labels.map((label) => this.#creates.createIdentity({ traits: { label } }, { mayStart })),
    );
    await this.clock.advance(5);
    return (await settled).map((one) =>
      one.status === 'fulfilled' ? labelOf(one.value) : (one.reason as RemoteError),
    );
  }

  get count(): number {
    return this.made.size;
  }

  #batch(bodies: readonly CreateIdentityBody[]): readonly BatchOutcome[] {
    this.sent.push(`batch ${bodies.length}`);
    const { fails, rollsBack } = this.#options;
    if (fails) throw new RemoteError('PATCH identities', { code: 'invalid', outcome: 'none', ...fails });
    const before = new Map(this.made);
    const outcomes = bodies.map((body): BatchOutcome => {
      const identity = this.#make(body);
      return identity ? { kind: 'created', id: identity.id } : { kind: 'refused', error: CONFLICT };
    });
    if (rollsBack && outcomes.some(({ kind }) => kind === 'refused')) {
      this.made.clear();
      for (const [id, label] of before) this.made.set(id, label);
    }
    return outcomes;
  }

  #next = 0;

  #make(body: CreateIdentityBody): IdentityRecord | undefined {
    const label = labelOf(body);
    if (label.startsWith('taken')) return undefined;
    const id = `00000000-0000-4000-8000-${(this.#next++).toString(16).padStart(12, '0')}`;
    this.made.set(id, label);
    return this.#read(id);
  }

  #read(id: string): IdentityRecord | undefined {
    const label = this.made.get(id);
    return label === undefined ? undefined : readIdentity({ id, schema_id: 'note', traits: { label } });
  }
}

function labelOf({ traits }: Pick<CreateIdentityBody, 'traits'>): string {
  return typeof traits.label === 'string' ? traits.label : '';
}

const LABELS = Array.from({ length: 150 }, (_, index) => `n${index}`);

describe('creations that come together', () => {
  it('become batches of at most a hundred, and what was made is read in lists', async () => {
    const scene = new Scene();
    expect(await scene.create(LABELS)).toEqual(LABELS);
    expect(scene.sent.slice(0, 3)).toEqual(['post n0', 'batch 100', 'batch 49']);
    expect(scene.sent.filter((sent) => sent.startsWith('post'))).toHaveLength(1);
    expect(scene.count).toBe(150);
  });

  it('fill a batch by bytes too', async () => {
    const scene = new Scene();
    const large = Array.from({ length: 5 }, (_, index) => `${index}${'x'.repeat(400_000)}`);
    await scene.create(large);
    expect(scene.sent.filter((sent) => sent.startsWith('batch'))).toEqual(['batch 2', 'batch 2']);
    expect(scene.count).toBe(5);
  });

  it('ask each anew whether it may be started, right before it is sent', async () => {
    const scene = new Scene();
    let held = 2;
    const lost = new RemoteError('lease', { code: 'aborted', outcome: 'none' });
    const outcomes = await scene.create(['a', 'b', 'c', 'd'], () => {
      if (held-- <= 0) throw lost;
    });
    expect(outcomes).toEqual(['a', 'b', lost, lost]);
    expect(scene.count).toBe(2);
  });
});

describe('an entry that is refused', () => {
  it('is sent again alone, for its own reason', async () => {
    const scene = new Scene();
    expect(await scene.create(['a', 'b', 'taken', 'c'])).toEqual(['a', 'b', CONFLICT, 'c']);
    expect(scene.sent).toEqual(['post a', 'batch 3', 'post taken']);
    expect(scene.count).toBe(3);
  });

  it('and undoes the others: they are made once, and only after their absence was proved', async () => {
    const scene = new Scene({ rollsBack: true });
    expect(await scene.create(['a', 'b', 'taken', 'c'])).toEqual(['a', 'b', CONFLICT, 'c']);
    expect([...scene.made.values()].toSorted()).toEqual(['a', 'b', 'c']);
  });
});

describe('a batch that is refused whole', () => {
  it.each<Partial<RemoteErrorDetail>>([
    { code: 'invalid', status: 400 },
    { code: 'conflict', status: 409 },
    { code: 'tooLarge', status: 413 },
  ])('made nothing: each is sent alone (%j)', async (fails) => {
    const scene = new Scene({ fails });
    expect(await scene.create(['a', 'b', 'taken'])).toEqual(['a', 'b', CONFLICT]);
    expect(scene.sent).toEqual(['post a', 'batch 2', 'post b', 'post taken']);
  });
});

describe('a batch of which nobody knows what it did', () => {
  it.each<Partial<RemoteErrorDetail>>([
    { code: 'unavailable', outcome: 'unknown', trouble: 'ECONNRESET' },
    { code: 'unavailable', outcome: 'unknown', status: 500 },
    { code: 'unexpected', outcome: 'unknown', status: 200 },
  ])('is never sent again (%j)', async (fails) => {
    const scene = new Scene({ fails });
    const [, ...rest] = await scene.create(['a', 'b', 'c']);
    expect(rest).toMatchObject([fails, fails]);
    expect(scene.sent).toEqual(['post a', 'batch 2']);
  });
});

describe('what was made and cannot be read', () => {
  const down = new RemoteError('GET identities', { code: 'unavailable', outcome: 'none', status: 503 });

  it('is told by its id, and is not made again', async () => {
    const scene = new Scene({ unreadable: down });
    const [, second, third] = await scene.create(['a', 'b', 'c']);
    const ids = [...scene.made.keys()];
    expect(second).toMatchObject({ code: 'unavailable', outcome: 'unknown', madeId: ids[1] });
    expect(third).toMatchObject({ code: 'unavailable', outcome: 'unknown', madeId: ids[2] });
    expect(scene.count).toBe(3);
  });

  it('has no id that counts where the batch may have been undone', async () => {
    const scene = new Scene({ unreadable: down, rollsBack: true });
    const [, second] = await scene.create(['a', 'b', 'taken']);
    expect(second).toMatchObject({ code: 'unavailable', outcome: 'unknown', madeId: undefined });
  });

  it('and is gone is neither made again nor taken for an absence', async () => {
    const scene = new Scene({ unreadable: NOT_FOUND });
    const [, second] = await scene.create(['a', 'b', 'c']);
    expect(second).toMatchObject({ code: 'unexpected', outcome: 'unknown', madeId: undefined });
    expect(scene.sent.filter((sent) => sent.startsWith('post'))).toEqual(['post a']);
  });
});
