import { randomUUID } from 'node:crypto';
import { genericError, json, notFound, Refused } from './answer.ts';
import type { KeptError } from './store.ts';
import type { Handler, World } from './world.ts';

const STUB: KeptError = {
  error: genericError({
    code: 500,
    message: 'An internal server error occurred, please contact the system administrator',
    reason: 'This is a stub error.',
  }),
  // Go's zero time.
  at: '0001-01-01T00:00:00Z',
};

/** An error that a browser was sent away with, by its id; `stub:500` is always there. */
export const getError: Handler = (world, call) => {
  const byError = call.query.get('error') ?? '';
  const id = world.dialect.modern ? byError || (call.query.get('id') ?? '') : byError;
  const isStub = id === 'stub:500';
  const kept = isStub ? STUB : world.store.findError(id.toLowerCase());
  if (kept === undefined) throw notFound();
  return json(200, container(isStub ? randomUUID() : id.toLowerCase(), kept, world));
};

/** v0.5 hides from the public that there is no such error. */
export const getErrorPublicly: Handler = (world, call, params) => {
  try {
    return getError(world, call, params);
  } catch (error) {
    if (world.dialect.modern || !(error instanceof Refused)) throw error;
    throw new Refused({
      code: 403,
      message: 'The requested action was forbidden',
      reason: 'A request failed due to a missing or invalid csrf_token value.',
      debug: error.detail.message,
    });
  }
};

function container(id: string, { error, at }: KeptError, { dialect }: World) {
  return dialect.modern ? { id, error, created_at: at, updated_at: at } : { id, errors: [error] };
}
