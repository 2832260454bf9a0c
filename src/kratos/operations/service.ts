import type { HttpAnswer } from '../../http/answer.ts';
import type { CallOptions } from '../call-options.ts';
import type { Server } from '../server.ts';
import { readHealthStatus, readVersion } from '../types/service.ts';

/** What a server says of itself. */
export function serviceOperations(server: Server) {
  const { admin } = server.ports;
  return {
    /** `GET /health/alive`, 200: resolves when it is alive. */
    async isAlive({ signal }: CallOptions = {}): Promise<void> {
      const { alive: path } = await server.paths();
      await admin.ask({
        operation: 'GET alive',
        method: 'GET',
        path,
        expect: 200,
        read: readHealthStatus,
        signal,
      });
    },

    /** `GET /health/ready`, 200: resolves when it can serve; rejects `unavailable` while its database or a migration is missing (503). */
    async isReady({ signal }: CallOptions = {}): Promise<void> {
      const { ready: path } = await server.paths();
      await admin.ask({
        operation: 'GET ready',
        method: 'GET',
        path,
        expect: 200,
        read: readHealthStatus,
        signal,
      });
    },

    /** `GET /version`, 200: as `v1.3.1`; a build without a tag says `master`, or nothing up to v0.5. A hint, never a proof. */
    async getVersion({ signal }: CallOptions = {}): Promise<string> {
      const { version: path } = await server.paths();
      return admin.ask({
        operation: 'GET version',
        method: 'GET',
        path,
        expect: 200,
        read: readVersion,
        signal,
      });
    },

    /** `GET /metrics/prometheus`, 200: the server's metrics in Prometheus' text format. */
    async prometheus({ signal }: CallOptions = {}): Promise<string> {
      const { metrics: path } = await server.paths();
      return admin.ask({
        operation: 'GET metrics',
        method: 'GET',
        path,
        accept: 'text/plain',
        expect: 200,
        read: (_, answer) => readMetrics(answer),
        signal,
      });
    },
  };
}

/** An exposition has a type of its own, and at least one sample's comment or name at the start of a line. */
function readMetrics({ headers, body }: HttpAnswer): string | undefined {
  const plain = headers['content-type']?.startsWith('text/plain') ?? false;
  return plain && /^(?:# (?:HELP|TYPE) )?[a-zA-Z_:][\w:]*[ {]/m.test(body) ? body : undefined;
}
