import type { Call } from '../api.ts';
import { type BatchOutcome, readBatch } from '../batch-outcome.ts';
import type { CallOptions } from '../call-options.ts';
import type { Server } from '../server.ts';
import type { BatchCreateBody, CreateIdentityBody } from '../types/identity.ts';

/** Creations in one request. */
export function batchOperations(server: Server) {
  return {
    /**
     * `PATCH /identities`, 200; v0.13 and later, else `unsupported`. One outcome for each body, in their order. Answers ids only.
     *
     * At most 2,000 bodies, from v25.4 1,000 of which 200 with a plaintext password; 5 MB from v1.2. A refusal of the whole batch rejects
     * with the outcome `none`: up to v1.2 for any bad item, later for a bad state or import, or the conflict of an only item.
     * v1.3 rolls back the whole batch for one conflict, and answers ids for the other items all the same: read them before believing.
     */
    async batchCreateIdentities(
      bodies: readonly CreateIdentityBody[],
      { signal }: CallOptions = {},
    ): Promise<readonly BatchOutcome[]> {
      const { identities: path } = await server.paths();
      const batch: BatchCreateBody = { identities: bodies.map((create) => ({ create })) };
      const call: Call<readonly BatchOutcome[]> = {
        operation: 'PATCH identities',
        method: 'PATCH',
        path,
        since: 'Kratos v0.13 or later (batches)',
        body: batch,
        expect: 200,
        read: (body) => readBatch(body, bodies.length),
        signal,
      };
      return server.ports.admin.ask(call);
    },
  };
}
