import { describe, expect, it } from 'vitest';
import { RemoteError } from '../../src/model/errors.ts';
import { Sensitive } from '../../src/model/sensitive.ts';
import { createLog, type LogLevel, type LogOptions } from '../../src/ops/log.ts';

const SECRET = 'hunter2-hunter2';

function logger(options: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const log = createLog({ level: 'trace', format: 'json', write: (line) => lines.push(line), ...options });
  return { log, lines, parsed: () => lines.map((line) => JSON.parse(line)) };
}

describe('a log line', () => {
  it('is one JSON object with its level by name, an ISO time and the message', () => {
    const { log, lines, parsed } = logger();
    log.warn({ resource: 'team/ann' }, 'pass failed');
    const [line] = parsed();
    expect(Object.keys(line)).toEqual(['level', 'time', 'resource', 'msg']);
    expect(line).toMatchObject({ level: 'warn', resource: 'team/ann', msg: 'pass failed' });
    expect(new Date(line.time).toISOString()).toBe(line.time);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^[^\n]+\n$/);
  });

  it('stays one line whatever is in it', () => {
    const { log, lines } = logger();
    log.info({ why: 'a\nb' }, 'c\r\nd');
    expect(lines.join('').split('\n')).toHaveLength(2);
  });

  it.each(['trace', 'debug', 'info', 'warn', 'error', 'fatal'] satisfies LogLevel[])(
    'says its level, %s, and is left out where only worse is wanted',
    (level) => {
      const { log, parsed } = logger({ level });
      const order = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
      for (const each of order) log[each]('x');
      expect(parsed().map((line) => line.level)).toEqual(order.slice(order.indexOf(level)));
    },
  );
});

describe('what a log line never shows', () => {
  it('is a Sensitive', () => {
    const { log, lines, parsed } = logger();
    log.info({ held: new Sensitive(SECRET), deep: { held: [new Sensitive(SECRET)] } }, 'x');
    expect(lines.join('')).not.toContain(SECRET);
    expect(parsed()[0]).toMatchObject({ held: '[redacted]', deep: { held: ['[redacted]'] } });
  });

  it.each(['token', 'code', 'link', 'authorization', 'password', 'traits'])(
    'is a field called %s',
    (name) => {
      const { log, lines } = logger();
      log.info({ [name]: SECRET }, 'x');
      log.info({ answer: { [name]: SECRET } }, 'x');
      log.info({ request: { headers: { [name]: SECRET } } }, 'x');
      expect(lines).toHaveLength(3);
      expect(lines.join('')).not.toContain(SECRET);
    },
  );

  it('is what hangs on an error beside its name, message and stack', () => {
    const { log, lines, parsed } = logger();
    const cause = new Error(`cause ${SECRET}`);
    const error = Object.assign(new Error('failed', { cause }), {
      code: 'EPIPE',
      body: SECRET,
      config: { SECRET },
    });
    log.error({ err: error }, 'x');
    log.error(error);
    expect(lines).toHaveLength(2);
    expect(lines.join('')).not.toContain(SECRET);
    expect(Object.keys(parsed()[0].err).sort()).toEqual(['message', 'name', 'stack']);
  });

  it('is the value of what was thrown without being an error', () => {
    const { log, lines } = logger();
    log.error({ err: SECRET }, 'x');
    log.error({ err: { held: SECRET } }, 'x');
    expect(lines).toHaveLength(2);
    expect(lines.join('')).not.toContain(SECRET);
  });
});

describe('an error in the log', () => {
  it('tells what went wrong, and where', () => {
    const { log, parsed } = logger();
    log.warn(
      { err: new RemoteError('POST identity', { code: 'conflict', outcome: 'none', status: 409 }) },
      'x',
    );
    expect(parsed()[0].err).toMatchObject({
      name: 'RemoteError',
      message: 'POST identity: conflict (409)',
    });
    expect(parsed()[0].err.stack).toContain('logger.test.ts');
  });
});

describe('the pretty form', () => {
  it('is a line for people: time of day, level, message, fields', () => {
    const { log, lines } = logger({ format: 'pretty' });
    log.info({ resource: 'team/ann', port: 8080 }, 'serving');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} info {2}serving resource=team\/ann port=8080\n$/);
  });

  it('tells of an error by its message alone', () => {
    const { log, lines } = logger({ format: 'pretty' });
    log.error({ err: new Error('refused') }, 'cannot go on');
    expect(lines[0]).toMatch(/error cannot go on \(refused\)\n$/);
  });

  it('hides what the JSON form hides', () => {
    const { log, lines } = logger({ format: 'pretty' });
    log.info({ token: SECRET, held: new Sensitive(SECRET) }, 'x');
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain(SECRET);
  });

  it('stays one line, and lets no text steer the terminal', () => {
    const { log, lines } = logger({ format: 'pretty' });
    log.info({ why: 'a\nb\u001b[2J' }, 'c\nd\u001b[2J');
    log.error({ err: new Error('e\nf\u001b[2J') }, 'x');
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line).toMatch(/^\P{Cc}+\n$/u);
  });
});
