import type { JsonValue } from '../../model/json.ts';
import type { CredentialType } from './credential.ts';
import { isRawIdentity, type RawIdentity } from './identity.ts';
import { isFlag, isId, isText, listOf, type Open, objectOf, orNull } from './shape.ts';

/**
 * Sessions. The admin API has those of one identity since v0.9 and all of them since v0.11.
 *
 * Sources: ory/kratos session/session.go, session/handler.go, spec/api.json.
 */

export type Session = {
  /** UUID. Not the token: nobody gets in with it. */
  readonly id: string;
  /** Neither revoked nor expired, and since v0.7 the identity is not inactive. */
  readonly active?: boolean;
  /** RFC 3339. */
  readonly expires_at?: string;
  /** RFC 3339, of the last authentication: moves when the user confirms who they are. */
  readonly authenticated_at?: string;
  /** RFC 3339. */
  readonly issued_at?: string;
  /** `aal1` one factor, `aal2` two. Since v0.8. */
  readonly authenticator_assurance_level?: Open<'aal0' | 'aal1' | 'aal2' | 'aal3'>;
  /** What was used to get it, in order. Since v0.8. `null` when nothing is known. */
  readonly authentication_methods?: readonly AuthenticationMethod[] | null;
  /**
   * Whose it is, without `metadata_admin` and credentials. In the lists of one identity's sessions always, its `schema_url` empty
   * from v0.13 on; in those of all and in single ones only with `expand=identity` (v0.11), else `null`.
   */
  readonly identity?: RawIdentity | null;
  /** Where it was used from. Since v0.11; outside the lists of one identity's sessions `null` or empty without `expand=devices`. */
  readonly devices?: readonly SessionDevice[] | null;
  /** The session as a JWT; left out unless asked for, and the admin API never is. Since v1.1. */
  readonly tokenized?: string;
};

/** Since v0.11. Personal data. */
export type SessionDevice = {
  /** UUID. */
  readonly id: string;
  /** As the request or a proxy's header said; `null` when unknown. */
  readonly ip_address?: string | null;
  /** `null` when unknown. */
  readonly user_agent?: string | null;
  /** `city, country`, from a proxy's headers; `null` when unknown. */
  readonly location?: string | null;
};

/** Since v0.8. */
export type AuthenticationMethod = {
  /** Since v0.8. Sessions of a server that was v0.6 say `v0.6_legacy_session`. */
  readonly method?: Open<CredentialType | 'v0.6_legacy_session'>;
  /** Level that this method alone gives. Since v0.9; empty in sessions from before. */
  readonly aal?: string;
  /** RFC 3339. Since v0.8. */
  readonly completed_at?: string;
  /** Id of the oidc or saml provider; left out for other methods. Since v1.0. */
  readonly provider?: string;
  /** UUID of the organization it was done through; left out when none. Since v1.1. */
  readonly organization?: string;
};

const isSession = objectOf<Session>(
  { id: isId },
  {
    active: isFlag,
    expires_at: isText,
    authenticated_at: isText,
    issued_at: isText,
    authenticator_assurance_level: isText,
    authentication_methods: orNull(
      listOf(
        objectOf<AuthenticationMethod>(
          {},
          { method: isText, aal: isText, completed_at: isText, provider: isText, organization: isText },
        ),
      ),
    ),
    identity: orNull(isRawIdentity),
    devices: orNull(
      listOf(
        objectOf<SessionDevice>(
          { id: isId },
          { ip_address: orNull(isText), user_agent: orNull(isText), location: orNull(isText) },
        ),
      ),
    ),
    tokenized: isText,
  },
);

const isSessions = listOf(isSession);

export function readSession(body: JsonValue | undefined): Session | undefined {
  return isSession(body) ? body : undefined;
}

/** One page. v0.9 and v0.10 say `null` for none, read as the empty list that it means. */
export function readSessions(body: JsonValue | undefined): readonly Session[] | undefined {
  if (body === null) return [];
  return isSessions(body) ? body : undefined;
}
