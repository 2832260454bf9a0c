import { batchOperations } from './operations/batch.ts';
import { courierOperations } from './operations/courier.ts';
import { flowOperations } from './operations/flows.ts';
import { identityOperations } from './operations/identities.ts';
import { listOperations } from './operations/lists.ts';
import { recoveryOperations } from './operations/recovery.ts';
import { schemaOperations } from './operations/schemas.ts';
import { serviceOperations } from './operations/service.ts';
import { sessionOperations } from './operations/sessions.ts';
import type { Server } from './server.ts';

/**
 * Kratos' admin API, whole, on whichever generation the server is of: the 14 operations of 0.5 under their names, and what came later.
 * Every method rejects with a `RemoteError` only, sends what it sends once, and ends within the deadline (a walk: each of its pages).
 * What a server does not have rejects `unsupported` and says what would be needed.
 */
export type AdminApi = ReturnType<typeof adminApi>;

export function adminApi(server: Server) {
  return {
    ...identityOperations(server),
    ...listOperations(server),
    ...batchOperations(server),
    ...recoveryOperations(server),
    ...schemaOperations(server),
    ...flowOperations(server),
    ...sessionOperations(server),
    ...courierOperations(server),
    ...serviceOperations(server),
  };
}
