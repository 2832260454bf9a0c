import { describe, expect, test } from 'vitest';
import { until } from './clocks.ts';
import { identity } from './kube-support.ts';
import { sendStatus } from './raw-server.ts';
import { added, bookmark, closing, list, scenario, watch } from './reflector-scenario.ts';

const modified = (name: string, version: string, overrides = {}) => ({
  type: 'MODIFIED',
  object: identity(name, version, overrides),
});

describe('a resourceVersion', () => {
  test('is opaque: whatever comes later is newer', async () => {
    const s = scenario();
    const versions = ['99', '7', '007', '18446744073709551617', 'x/ä&=+ 1', '6'];
    s.lists.push(list('100', identity('a', '50')));
    s.watches.push(closing(...versions.map((version) => modified('a', version))));
    await s.start();
    await s.clock.elapse(800);
    await s.asks('list', 'watch 100', 'watch 6');
    const before = ['50', ...versions];
    expect(s.changes.slice(1)).toEqual(versions.map((version, i) => `team/a ${before[i]}>${version}`));
  });

  test.for(['x/ä&=+ 1', '0', '-1', '18446744073709551617'])(
    'of a list or bookmark goes back as it came: %s',
    async (version) => {
      const s = scenario();
      s.lists.push(list(version));
      s.watches.push(closing(bookmark(`${version}~`)));
      await s.start();
      await s.clock.elapse(800);
      await s.asks('list', `watch ${version}`, `watch ${version}~`);
    },
  );

  test('lower than what is cached is believed of a list, as after a restore of the server', async () => {
    const s = scenario();
    s.lists.push(list('900', identity('a', '800')), list('20', identity('a', '15')));
    s.watches.push((response) => sendStatus(response, 410, 'Expired'));
    await s.start();
    await s.clock.elapse(0);
    await s.asks('list', 'watch 900', 'list', 'watch 20');
    expect(s.cached).toEqual(['team/a 15']);
  });
});

describe('an object that was deleted and made anew', () => {
  test('is another one even with the same version, as after a restore of the server', async () => {
    const s = scenario();
    s.lists.push(list('10', identity('a', '1')), list('10', identity('a', '1', { uid: 'other' })));
    s.watches.push((response) => sendStatus(response, 410, 'Expired'));
    await s.start();
    await s.clock.elapse(0);
    await s.asks('list', 'watch 10', 'list', 'watch 10');
    expect(s.changes).toEqual(['team/a ->1', 'team/a 1>-', 'team/a ->1']);
    expect(s.store.get('team/a')?.metadata.uid).toBe('other');
  });

  test.for([
    [
      'with both events seen',
      [{ type: 'DELETED', object: identity('a', '11') }, added('a', '12', { uid: 'o' })],
    ],
    ['with the first event unseen', [added('a', '12', { uid: 'o' })]],
    ['with two events unseen', [modified('a', '12', { uid: 'o' })]],
  ] as const)('went before it came, %s', async ([, events]) => {
    const s = scenario();
    s.lists.push(list('10', identity('a', '1', { status: { identityId: 'one' } })));
    s.watches.push(watch(...events));
    await s.start();
    await until(() => s.changes.length === 3);
    expect(s.changes.slice(1)).toEqual(['team/a 1>-', 'team/a ->12']);
    expect(s.store.holders('one')).toEqual([]);
  });
});
