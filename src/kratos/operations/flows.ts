import { isRemote, RemoteError } from '../../model/errors.ts';
import type { JsonValue } from '../../model/json.ts';
import type { CallOptions } from '../call-options.ts';
import { type FlowKind, flowErrorPath, flowPath } from '../dialect.ts';
import type { Server } from '../server.ts';
import { type Flows, readFlow } from '../types/flow.ts';
import { readSelfServiceError, type SelfServiceError } from '../types/flow-error.ts';
import { theOne } from './asked.ts';
import { askWhereServed } from './public.ts';

/**
 * Self-service flows and errors; on the public port from v0.7 on, see `askWhereServed`. Flows come as that server tells them:
 * `methods` on v0.5, `ui` from v0.6 on. Sources: ory/kratos selfservice/flow and selfservice/errorx.
 *
 * Each rejects `notFound` for an unknown id, `expired` once the flow has ended, and `denied` for a browser's flow on a public
 * port: it is for that browser and its cookie alone. The flow id of a recovery link is `notFound` or `denied`.
 */
export function flowOperations(server: Server) {
  const flow = async <K extends FlowKind>(
    kind: K,
    id: string,
    { signal }: CallOptions,
  ): Promise<Flows[K]> => {
    const operation = `GET ${kind} flow`;
    const call = { operation, method: 'GET', about: 'one', expect: 200, signal } as const;
    // Up to v0.8 they answer `null` for a verification flow that does not exist.
    const mayBeNull = kind === 'verification' && (await server.dialect()) === 'classic';
    const readThis = theOne<Flows[K]>(id, (body) => readFlow(kind, body));
    const read = (body: JsonValue | undefined) => (mayBeNull && body === null ? 'none' : readThis(body));
    const found = await forBrowsers(askWhereServed(server, { ...call, path: flowPath(kind, id), read }));
    if (found === 'none')
      throw new RemoteError(operation, { code: 'notFound', outcome: 'none', status: 200 });
    return found;
  };

  return {
    /** `GET /self-service/login/flows?id=`, 200. */
    getSelfServiceLoginFlow: (id: string, options: CallOptions = {}) => flow('login', id, options),

    /** `GET /self-service/registration/flows?id=`, 200. */
    getSelfServiceRegistrationFlow: (id: string, options: CallOptions = {}) =>
      flow('registration', id, options),

    /** `GET /self-service/recovery/flows?id=`, 200. */
    getSelfServiceRecoveryFlow: (id: string, options: CallOptions = {}) => flow('recovery', id, options),

    /** `GET /self-service/settings/flows?id=`, 200; on a public port `denied` without the session of its user. */
    getSelfServiceSettingsFlow: (id: string, options: CallOptions = {}) => flow('settings', id, options),

    /** `GET /self-service/verification/flows?id=`, 200. */
    getSelfServiceVerificationFlow: (id: string, options: CallOptions = {}) =>
      flow('verification', id, options),

    /** `GET /self-service/errors`, 200: what a user was shown; `stub:500` is one that every server invents. */
    async getSelfServiceError(id: string, { signal }: CallOptions = {}): Promise<SelfServiceError> {
      const operation = 'GET self-service error';
      const path = flowErrorPath(await server.dialect(), id);
      const call = { operation, method: 'GET', about: 'one', path, expect: 200, signal } as const;
      return forBrowsers(askWhereServed(server, { ...call, read: readSelfServiceError }));
    },
  };
}

const NEEDS_COOKIE = 'the cookie of the browser that it was made for';

async function forBrowsers<T>(asking: Promise<T>): Promise<T> {
  try {
    return await asking;
  } catch (error) {
    if (!isRemote(error, 'denied') || error.words === undefined) throw error;
    throw error.but({ needs: NEEDS_COOKIE });
  }
}
