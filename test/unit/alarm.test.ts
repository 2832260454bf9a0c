import { expect, it } from 'vitest';
import { tellMassLoss } from '../../src/ops/alarm.ts';
import { createLog } from '../../src/ops/log.ts';
import { Metrics } from '../../src/ops/metrics.ts';

it('a mass loss is one line at error level and one at info, with counts and what to do, and a metric', async () => {
  const lines: string[] = [];
  const log = createLog({ level: 'info', format: 'json', write: (line) => lines.push(line) });
  const metrics = new Metrics('1');
  const sample = async (name: string) =>
    (await metrics.text()).split('\n').find((line) => line.startsWith(`${name} `));
  expect(await sample('kratos_identity_mass_loss')).toBe('kratos_identity_mass_loss 0');
  expect(await sample('kratos_identity_lost_total')).toBe('kratos_identity_lost_total 0');

  metrics.countLost();
  tellMassLoss(log, metrics, { isOver: false, lost: 11, madeAgain: 10, foundAgain: 0 });
  expect(await sample('kratos_identity_mass_loss')).toBe('kratos_identity_mass_loss 1');
  expect(await sample('kratos_identity_lost_total')).toBe('kratos_identity_lost_total 1');
  tellMassLoss(log, metrics, { isOver: true, lost: 40, madeAgain: 15, foundAgain: 25 });
  expect(await sample('kratos_identity_mass_loss')).toBe('kratos_identity_mass_loss 0');

  const [began, ended, ...more] = lines.map((line) => JSON.parse(line));
  expect(Object.keys(began).sort()).toEqual(['foundAgain', 'level', 'lost', 'madeAgain', 'msg', 'time']);
  expect(began).toMatchObject({ level: 'error', lost: 11, msg: expect.stringContaining('check whether') });
  expect(ended).toMatchObject({ level: 'info', lost: 40, madeAgain: 15, foundAgain: 25 });
  expect(more).toEqual([]);
});
