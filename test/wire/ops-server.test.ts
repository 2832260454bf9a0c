import { request as httpRequest } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { OpsServer, type OpsServerOptions } from '../../src/ops/server.ts';

const started: OpsServer[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
});

async function serve(options: Partial<OpsServerOptions> = {}): Promise<number> {
  const server = new OpsServer({
    address: { host: '127.0.0.1', port: 0 },
    notReady: () => undefined,
    unwell: () => undefined,
    metrics: { contentType: 'text/plain; version=0.0.4; charset=utf-8', text: async () => 'up 1\n' },
    ...options,
  });
  started.push(server);
  return server.start();
}

interface Answer {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly allow: string | undefined;
  readonly body: string;
}

function ask(port: number, path: string, method = 'GET', host = '127.0.0.1'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host, port, path, method, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        body += text;
      });
      response.on('error', reject);
      response.on('end', () => {
        const { 'content-type': type, allow } = response.headers;
        resolve({ status: response.statusCode, type, allow, body });
      });
    });
    request.on('error', reject);
    request.end();
  });
}

describe('/healthz', () => {
  it('is 200 while the process is well, ready or not', async () => {
    const port = await serve({ notReady: () => 'the cache is not synced yet' });
    expect(await ask(port, '/healthz')).toMatchObject({ status: 200, body: 'ok\n' });
  });

  it('is 503 with what is wrong, for as long as it is', async () => {
    let wrong: string | undefined = 'the watch is stuck';
    const port = await serve({ unwell: () => wrong });
    expect(await ask(port, '/healthz')).toMatchObject({ status: 503, body: 'the watch is stuck\n' });
    wrong = undefined;
    expect((await ask(port, '/healthz')).status).toBe(200);
  });

  it('is 500 when the check itself fails, and tells nothing of why', async () => {
    const port = await serve({
      unwell: () => {
        throw new Error('hunter2');
      },
    });
    const answer = await ask(port, '/healthz');
    expect(answer.status).toBe(500);
    expect(answer.body).not.toContain('hunter2');
  });
});

describe('/readyz', () => {
  it('is 503 and says what is not ready, then 200', async () => {
    let waiting: string | undefined = 'the cache is not synced yet';
    const port = await serve({ notReady: () => waiting });
    expect(await ask(port, '/readyz')).toMatchObject({ status: 503, body: 'the cache is not synced yet\n' });
    waiting = undefined;
    expect(await ask(port, '/readyz')).toMatchObject({ status: 200, body: 'ok\n' });
  });

  it('takes no notice of a query', async () => {
    const port = await serve();
    expect((await ask(port, '/readyz?verbose')).status).toBe(200);
  });
});

describe('/metrics', () => {
  it('is what the registry says, under its content type', async () => {
    const port = await serve();
    expect(await ask(port, '/metrics')).toMatchObject({
      status: 200,
      type: 'text/plain; version=0.0.4; charset=utf-8',
      body: 'up 1\n',
    });
  });

  it('is 500 when it cannot be collected, and the server lives on', async () => {
    const port = await serve({
      metrics: { contentType: 'text/plain', text: () => Promise.reject(new Error('no')) },
    });
    expect((await ask(port, '/metrics')).status).toBe(500);
    expect((await ask(port, '/healthz')).status).toBe(200);
  });
});

describe('everything else', () => {
  it.each(['/', '/metrics/', '/healthz/x', '/debug', '/%2e%2e/metrics'])('GET %s is 404', async (path) => {
    expect((await ask(await serve(), path)).status).toBe(404);
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])(
    '%s /metrics is 405 and says what is allowed',
    async (method) => {
      expect(await ask(await serve(), '/metrics', method)).toMatchObject({ status: 405, allow: 'GET, HEAD' });
    },
  );

  it('HEAD is GET without the body', async () => {
    expect(await ask(await serve(), '/metrics', 'HEAD')).toMatchObject({ status: 200, body: '' });
  });
});

describe('listening', () => {
  it('without a host is on every interface', async () => {
    const port = await serve({ address: { host: undefined, port: 0 } });
    expect((await ask(port, '/healthz', 'GET', '127.0.0.1')).status).toBe(200);
  });

  it('on a taken port is refused with the flag to change', async () => {
    const port = await serve();
    await expect(serve({ address: { host: '127.0.0.1', port } })).rejects.toThrow(
      `cannot listen on 127.0.0.1:${port} (EADDRINUSE); set --listen-address (LISTEN_ADDRESS)`,
    );
  });

  it('on an address of IPv6 writes it in brackets', async () => {
    // 2001:db8::/32 is for documentation: no machine has such an address.
    await expect(serve({ address: { host: '2001:db8::1', port: 1 } })).rejects.toThrow(
      /^cannot listen on \[2001:db8::1\]:1 \(E\w+\); set --listen-address/,
    );
  });
});

describe('stopping', () => {
  it('waits for no answer under way, and frees the port', async () => {
    const asked = Promise.withResolvers<void>();
    const text = () => {
      asked.resolve();
      return new Promise<string>(() => {});
    };
    const port = await serve({ metrics: { contentType: 'text/plain', text } });
    const answer = ask(port, '/metrics');
    answer.catch(() => {});
    await asked.promise;
    await Promise.all(started.splice(0).map((server) => server.stop()));
    await expect(answer).rejects.toThrow('socket hang up');
    expect(await serve({ address: { host: '127.0.0.1', port } })).toBe(port);
  });

  it('is done at once where nothing was started', async () => {
    const server = new OpsServer({
      address: { host: '127.0.0.1', port: 0 },
      notReady: () => undefined,
      unwell: () => undefined,
      metrics: { contentType: 'text/plain', text: async () => '' },
    });
    await expect(server.stop()).resolves.toBeUndefined();
  });
});
