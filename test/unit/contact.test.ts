import { expect, it } from 'vitest';
import { Contact } from '../../src/reconcile/contact.ts';
import { DrivenClock } from '../sim/clock.ts';

it('the first answer after a mark counts, and no later one', async () => {
  const clock = new DrivenClock();
  const contact = new Contact(clock);
  const mark = contact.mark();
  expect(mark.firstAnswer).toBeUndefined();
  await clock.advance(1_000);
  contact.answered();
  await clock.advance(1_000);
  contact.answered();
  expect(mark.firstAnswer).toBe(1_000);
});

it('an answer before a mark says nothing of it', async () => {
  const clock = new DrivenClock();
  const contact = new Contact(clock);
  contact.answered();
  const marks = [contact.mark(), contact.mark()];
  await clock.advance(5_000);
  expect(marks.map(({ firstAnswer }) => firstAnswer)).toEqual([undefined, undefined]);
  contact.answered();
  expect(marks.map(({ firstAnswer }) => firstAnswer)).toEqual([5_000, 5_000]);
});
