import { isRedirect } from '../../http/answer.ts';
import { isRemote, RemoteError } from '../../model/errors.ts';
import type { Api, Call } from '../api.ts';
import type { Server } from '../server.ts';

const NEEDS_PUBLIC_URL = 'the public URL, where v0.7 and later serve this (--kratos-public-url)';

/**
 * Asks for what moved to the public port in v0.7: the admin port of v0.5 and v0.6 has it, later admin ports redirect to a public address
 * that may not be reachable from here, so it is the configured one that is asked. The token is for the admin port alone.
 *
 * Rejects `unsupported` where it is on the public port and no public URL is known.
 */
export async function askWhereServed<T>(server: Server, call: Call<T>): Promise<T> {
  const { admin, public: open } = server.ports;
  const here = (await server.dialect()) === 'classic' ? await askClassic(admin, call) : needsPublicUrl(call);
  if (!(here instanceof RemoteError)) return here.answer;
  if (open === undefined) throw here;
  return open.ask(call);
}

/** The answer of a classic admin port, or what is to be said where it leaves the question to the public one. */
async function askClassic<T>(admin: Api, call: Call<T>): Promise<{ readonly answer: T } | RemoteError> {
  try {
    return { answer: await admin.ask(call) };
  } catch (error) {
    if (isRemote(error, 'unsupported')) return error;
    if (isRemote(error, 'unexpected') && isRedirect(error.status ?? 0)) return needsPublicUrl(call);
    throw error;
  }
}

function needsPublicUrl({ operation }: Call<unknown>): RemoteError {
  return new RemoteError(operation, { code: 'unsupported', outcome: 'none', needs: NEEDS_PUBLIC_URL });
}
