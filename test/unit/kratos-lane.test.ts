import { describe, expect, it } from 'vitest';
import { Lane, type LaneOptions } from '../../src/kratos/coalesce/lane.ts';
import { RemoteError } from '../../src/model/errors.ts';
import { DrivenClock, settle } from '../sim/clock.ts';

const DEADLINE_MS = 10_000;

/** A lane whose requests a test answers by hand. */
function scene(options: Partial<LaneOptions<string, string>> = {}) {
  const clock = new DrivenClock();
  const sent: string[] = [];
  const signals: AbortSignal[] = [];
  const open: PromiseWithResolvers<void>[] = [];
  const request = () => {
    const answer = Promise.withResolvers<void>();
    open.push(answer);
    return answer.promise;
  };
  const lane = new Lane<string, string>({
    operation: 'GET thing',
    lost: 'unknown',
    clock,
    deadlineMs: DEADLINE_MS,
    requests: 2,
    fitting: () => 3,
    alone: async (ticket) => {
      sent.push(ticket.call);
      await request();
      return `${ticket.call}!`;
    },
    together: async (tickets, signal) => {
      sent.push(tickets.map(({ call }) => call).join('+'));
      signals.push(signal);
      await request();
      for (const ticket of tickets) ticket.resolve(`${ticket.call}!`);
    },
    ...options,
  });
  const answer = async (index: number) => {
    open[index]?.resolve();
    await settle();
  };
  return { clock, lane, sent, signals, open, answer };
}

describe('a lone call', () => {
  it('goes at once', () => {
    const { lane, sent } = scene();
    void lane.submit('a');
    expect(sent).toEqual(['a']);
  });

  it('goes at once again when nothing is under way any more', async () => {
    const { lane, sent, answer } = scene();
    const first = lane.submit('a');
    await answer(0);
    void lane.submit('b');
    expect(sent).toEqual(['a', 'b']);
    expect(await first).toBe('a!');
  });
});

describe('calls that come while others are under way', () => {
  it('travel together, each with its own answer', async () => {
    const { lane, sent, clock, answer } = scene();
    const answers = Promise.all(['a', 'b', 'c'].map((call) => lane.submit(call)));
    await clock.advance(1);
    expect(sent).toEqual(['a', 'b+c']);
    await answer(1);
    await answer(0);
    expect(await answers).toEqual(['a!', 'b!', 'c!']);
  });

  it('go in their order, as many as fit, in as many requests as may be under way', async () => {
    const { lane, sent, clock, answer } = scene();
    for (const call of ['a', 'b', 'c', 'd', 'e', 'f']) void lane.submit(call);
    await clock.advance(1);
    expect(sent).toEqual(['a', 'b+c+d']);
    await answer(0);
    expect(sent).toEqual(['a', 'b+c+d', 'e+f']);
  });

  it('go alone where only one is waiting', async () => {
    const { lane, sent, clock } = scene();
    void lane.submit('a');
    void lane.submit('b');
    await clock.advance(1);
    expect(sent).toEqual(['a', 'b']);
  });
});

describe('a call that is given up', () => {
  it('while it waits is never sent', async () => {
    const { lane, sent, clock } = scene();
    const stop = new AbortController();
    void lane.submit('a');
    const given = lane.submit('b', { signal: stop.signal });
    void lane.submit('c');
    stop.abort();
    await expect(given).rejects.toMatchObject({ code: 'aborted', outcome: 'none' });
    await clock.advance(1);
    expect(sent).toEqual(['a', 'c']);
  });

  it('before it was made is never sent', async () => {
    const { lane, sent } = scene();
    const given = lane.submit('a', { signal: AbortSignal.abort() });
    await expect(given).rejects.toMatchObject({ code: 'aborted', outcome: 'none' });
    expect(sent).toEqual([]);
  });

  it('on its way leaves those it travels with alone', async () => {
    const { lane, clock, signals, answer } = scene();
    const stop = new AbortController();
    void lane.submit('a');
    const given = lane.submit('b', { signal: stop.signal });
    const other = lane.submit('c');
    await clock.advance(1);
    stop.abort();
    await expect(given).rejects.toMatchObject({ code: 'aborted', outcome: 'unknown' });
    expect(signals[0]?.aborted).toBe(false);
    await answer(1);
    expect(await other).toBe('c!');
  });

  it('takes the request with it when nobody else waits for it', async () => {
    const { lane, clock, signals } = scene();
    const stop = new AbortController();
    void lane.submit('a');
    const given = ['b', 'c'].map((call) => lane.submit(call, { signal: stop.signal }));
    await clock.advance(1);
    stop.abort();
    expect((await Promise.allSettled(given)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(signals[0]?.aborted).toBe(true);
  });
});

describe('the deadline', () => {
  it('counts from the call, the wait for its request included', async () => {
    const { lane, clock, sent } = scene({ requests: 1 });
    const first = lane.submit('a');
    await clock.advance(DEADLINE_MS / 2);
    const waiting = lane.submit('b');
    const settled = Promise.allSettled([first, waiting]);
    await clock.advance(DEADLINE_MS);
    const [one, two] = await settled;
    expect(one).toMatchObject({ reason: { code: 'unavailable', outcome: 'unknown' } });
    expect(two).toMatchObject({ reason: { code: 'unavailable', outcome: 'none' } });
    expect(sent).toEqual(['a']);
  });

  it('is over with the answer', async () => {
    const { lane, clock, answer } = scene();
    const call = lane.submit('a');
    await answer(0);
    await clock.advance(DEADLINE_MS * 2);
    expect(await call).toBe('a!');
  });
});

describe('failures', () => {
  const failure = new RemoteError('GET thing', { code: 'denied', outcome: 'none' });

  it('of a request are those of its calls that are still open, and of no other', async () => {
    const { lane, clock, answer, open } = scene({
      together: async ([first]) => {
        first?.resolve('settled');
        throw failure;
      },
    });
    const calls = ['a', 'b', 'c'].map((call) => lane.submit(call));
    const settled = Promise.allSettled(calls);
    await clock.advance(1);
    await answer(0);
    expect(open).toHaveLength(1);
    expect(await settled).toEqual([
      { status: 'fulfilled', value: 'a!' },
      { status: 'fulfilled', value: 'settled' },
      { status: 'rejected', reason: failure },
    ]);
  });

  it('leave the lane open for the next call', async () => {
    const { lane } = scene({
      alone: ({ call }) => (call === 'a' ? Promise.reject(failure) : Promise.resolve('ok')),
    });
    await expect(lane.submit('a')).rejects.toBe(failure);
    await settle();
    expect(await lane.submit('b')).toBe('ok');
  });
});

describe('a call that may no longer be started', () => {
  const lost = new RemoteError('lease', { code: 'aborted', outcome: 'none' });

  it('is not sent, and says why; those behind it go', async () => {
    const { lane, sent, clock } = scene();
    let held = true;
    const mayStart = () => {
      if (!held) throw lost;
    };
    void lane.submit('a', { mayStart });
    const late = lane.submit('b', { mayStart });
    void lane.submit('c');
    held = false;
    const rejected = expect(late).rejects.toBe(lost);
    await clock.advance(1);
    await rejected;
    expect(sent).toEqual(['a', 'c']);
  });
});
