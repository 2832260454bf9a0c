import { describe, expect, it, test } from 'vitest';
import { readCode, readLink } from '../../src/kratos/minted.ts';
import type { JsonValue } from '../../src/model/json.ts';
import { recorded, VERSIONS } from '../fixtures/kratos/recorded.ts';

describe('what was minted', () => {
  test.each(VERSIONS)('%s: a link has its secret and its end', (version) => {
    const minted = readLink(recorded(version, 'recovery link').body);
    expect(minted?.link.reveal()).toContain('token=');
    expect(minted?.expiresAt).toBeGreaterThan(Date.UTC(2026, 0));
  });

  it('ends to the millisecond, though servers tell nanoseconds', () => {
    const minted = readLink({ recovery_link: 'l', expires_at: '2026-11-23T16:19:04.303903399Z' });
    expect(minted?.expiresAt).toBe(Date.UTC(2026, 10, 23, 16, 19, 4, 303));
  });

  it('is hidden wherever it is printed', () => {
    const minted = readCode(recorded('26.2.0', 'recovery code').body);
    expect(minted?.code.reveal()).toMatch(/^\d{6}$/);
    expect(JSON.stringify(minted)).not.toContain(minted?.code.reveal());
    expect(JSON.stringify(minted)).not.toContain('http');
  });

  it('may come without a time', () => {
    expect(readLink({ recovery_link: 'l' })?.expiresAt).toBeUndefined();
    expect(readLink({ recovery_link: 'l', expires_at: 'soon' })?.expiresAt).toBeUndefined();
  });

  it.each<JsonValue>([null, {}, { recovery_link: '' }, { recovery_code: '1' }, 'l'])(
    'is not read from %j',
    (body) => {
      expect(readLink(body)).toBeUndefined();
    },
  );

  it('is no code without one', () => {
    expect(readCode({ recovery_link: 'l' })).toBeUndefined();
  });
});
