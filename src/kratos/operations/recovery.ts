import { RemoteError } from '../../model/errors.ts';
import type { CallOptions } from '../call-options.ts';
import { type MintedCode, type MintedLink, readCode, readLink } from '../minted.ts';
import type { Server } from '../server.ts';
import type { CreateRecoveryCodeBody, CreateRecoveryLinkBody } from '../types/recovery.ts';

interface LinkOptions extends CallOptions {
  /** Where the user goes afterwards, of the addresses that the server allows; v0.9 and later, else `unsupported`. */
  readonly returnTo?: string | undefined;
}

const LINK = { operation: 'POST recovery link', method: 'POST', about: 'one', expect: 200 } as const;
const CODE = {
  operation: 'POST recovery code',
  method: 'POST',
  about: 'one',
  expect: 201,
  since: 'Kratos v0.11 or later (recovery codes)',
} as const;

/**
 * Ways back into an account. Each call makes another one, good for one use: never to be repeated blindly.
 * Both reject `notFound` without the identity, `methodDisabled` where the method is switched off, `invalid` for an `expires_in`
 * that Go does not parse or that is not positive. Sources: ory/kratos selfservice/strategy/link and selfservice/strategy/code.
 */
export function recoveryOperations(server: Server) {
  const { admin } = server.ports;
  return {
    /** `POST /recovery/link`, 200. Up to v0.8 `unsupported` where recovery is switched off, and `invalid` without an address. */
    async createRecoveryLink(
      body: CreateRecoveryLinkBody,
      { returnTo, signal }: LinkOptions = {},
    ): Promise<MintedLink> {
      const { recoveryLink: route } = await server.paths();
      if (returnTo !== undefined) await requireReturn(server);
      const path = returnTo === undefined ? route : `${route}?return_to=${encodeURIComponent(returnTo)}`;
      return admin.ask({ ...LINK, path, body, read: readLink, signal });
    },

    /** `POST /recovery/code`, 201; v0.11 and later, else `unsupported`. */
    async createRecoveryCode(
      body: CreateRecoveryCodeBody,
      { signal }: CallOptions = {},
    ): Promise<MintedCode> {
      // Before v1.2, as `include_credential` on lists, a code of the other kind would be made without a word.
      if (body.flow_type === 'api') {
        await server.require(CODE.operation, 'listCredentials', 'Kratos v1.2 or later (flow_type)');
      }
      const { recoveryCode: path } = await server.paths();
      return admin.ask({ ...CODE, path, body, read: readCode, signal });
    },
  };
}

/** Classic servers ignore where to return to, or forget it. */
async function requireReturn(server: Server): Promise<void> {
  if ((await server.dialect()) === 'modern') return;
  const needs = 'Kratos v0.9 or later (return_to)';
  throw new RemoteError(LINK.operation, { code: 'unsupported', outcome: 'none', needs });
}
