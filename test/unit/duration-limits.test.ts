import { describe, expect, it } from 'vitest';
import { parseGoDuration } from '../../src/model/duration.ts';

describe('a Go duration', () => {
  it('of zero needs no unit, and may have a sign', () => {
    expect(['0', '+0', '-0'].map(parseGoDuration)).toEqual([0, 0, 0]);
  });

  it('is as long as Go can count nanoseconds, about 292 years, and no longer', () => {
    expect(parseGoDuration('2562047h')).toBe(9_223_369_200_000);
    expect(parseGoDuration('-2562047h')).toBe(-9_223_369_200_000);
    for (const text of ['2562048h', '-2562048h', '1281024h1281024h', `${'9'.repeat(400)}h`]) {
      expect(parseGoDuration(text)).toBeUndefined();
    }
  });

  it('knows both characters that look like a micro sign', () => {
    expect(parseGoDuration('1500\u00b5s')).toBeCloseTo(1.5, 9);
    expect(parseGoDuration('1500\u03bcs')).toBeCloseTo(1.5, 9);
  });
});
