import { redirect } from './answer.ts';
import type { Handler } from './world.ts';

/** The first segment of every path of the modern admin port. */
export const PREFIX = '/admin';

/** The modern admin port sends what the public port serves there. */
export const toPublic: Handler = ({ urls }, call) =>
  redirect(307, call.method, `${urls.public}${call.path.slice(PREFIX.length)}${call.search}`);

/** The modern public port sends what the admin port serves there. */
export const toAdmin: Handler = ({ urls }, call) => {
  const path = call.path.startsWith(PREFIX) ? call.path : `${PREFIX}${call.path}`;
  return redirect(307, call.method, `${urls.admin}${path}${call.search}`);
};
