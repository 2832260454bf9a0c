import { type Answer, genericError, json } from './answer.ts';
import type { Handler, World } from './world.ts';

export const alive: Handler = () => json(200, { status: 'ok' });

export const ready: Handler = (world) => (world.ready ? json(200, { status: 'ok' }) : notReady(world));

export const version: Handler = (world) => json(200, { version: world.dialect.versionText });

export const metrics: Handler = () => ({
  status: 200,
  headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
  body: '# HELP go_goroutines Number of goroutines that currently exist.\n# TYPE go_goroutines gauge\ngo_goroutines 12\n',
});

/** Up to v0.10 a map by checker, later an error envelope whose code is 500 although the status is 503. */
function notReady({ dialect }: World): Answer {
  const reason = 'context deadline exceeded';
  if (dialect.version === '0.5' || dialect.version === '0.10')
    return json(503, { errors: { database: reason } });
  return json(503, { error: genericError({ code: 500, message: 'service is not ready', reason }) });
}
