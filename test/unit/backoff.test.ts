import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Backoff } from '../../src/queue/backoff.ts';

/** No jitter: the middle of the range. */
const MIDDLE = () => 0.5;

function delays(backoff: Backoff, key: string, count: number): number[] {
  return Array.from({ length: count }, () => Math.round(backoff.next(key)));
}

describe('the backoff of a key', () => {
  it('begins at a second and doubles up to five minutes', () => {
    expect(delays(new Backoff(MIDDLE), 'a', 11)).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000,
    ]);
  });

  it('stays at five minutes however often the key fails', () => {
    const backoff = new Backoff(MIDDLE);
    expect(new Set(delays(backoff, 'a', 3_000).slice(9))).toEqual(new Set([300_000]));
  });

  it('is the key its own', () => {
    const backoff = new Backoff(MIDDLE);
    delays(backoff, 'a', 5);
    expect(delays(backoff, 'b', 2)).toEqual([1_000, 2_000]);
  });

  it('begins anew once forgotten', () => {
    const backoff = new Backoff(MIDDLE);
    delays(backoff, 'a', 5);
    backoff.forget('a');
    expect(delays(backoff, 'a', 1)).toEqual([1_000]);
  });

  it('is spread by a fifth to either side', () => {
    expect(new Backoff(() => 0).next('a')).toBeCloseTo(800);
    expect(new Backoff(() => 0.75).next('a')).toBeCloseTo(1_100);
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.nat(20),
        (random, failures) => {
          const backoff = new Backoff(() => random);
          delays(backoff, 'a', failures);
          const middle = Math.min(1_000 * 2 ** failures, 300_000);
          const delay = backoff.next('a');
          expect(delay).toBeGreaterThanOrEqual(0.8 * middle);
          expect(delay).toBeLessThanOrEqual(1.2 * middle);
        },
      ),
    );
  });
});
