import type { JsonObject } from '../../model/json.ts';
import { isNumber, isOpenObject, isText, listOf, mapOf, type Open, objectOf, orNull } from './shape.ts';

/**
 * Credentials of an identity: as the server shows them, and as it imports them.
 *
 * Sources: ory/kratos identity/credentials.go, identity/handler.go, identity/handler_import.go, spec/api.json.
 */

/**
 * Kinds of credentials. `password`, `oidc`: all versions; `totp`, `lookup_secret`, `webauthn`: v0.8; `code`: v1.1; `passkey`:
 * v1.2; `saml`: v25.4. Of sessions and flows alone, never of an identity: `link_recovery` (v0.8), `code_recovery` (v0.11),
 * `profile` (v1.2).
 */
export type CredentialType =
  | 'password'
  | 'oidc'
  | 'totp'
  | 'lookup_secret'
  | 'webauthn'
  | 'code'
  | 'link_recovery'
  | 'code_recovery'
  | 'passkey'
  | 'profile'
  | 'saml';

/** One kind of credentials of one identity. In answers since v0.7; all fields optional in the spec, and always there but `config`. */
export type IdentityCredentials = {
  /** The same as its key in the map. Since v0.7. */
  readonly type?: Open<CredentialType>;
  /** What logs in with it: names and addresses in lower case, `provider:subject` for oidc and saml. Since v0.7. `null` when none. */
  readonly identifiers?: readonly string[] | null;
  /**
   * The secret part (a hash; a provider's tokens, decrypted): since v0.8, and only for what `include_credential` asked for, up
   * to v0.13 `oidc` alone. Never log it.
   */
  readonly config?: JsonObject | null;
  /** Of the form of `config`. Since v0.9. */
  readonly version?: number;
  /** RFC 3339. Since v0.7. */
  readonly created_at?: string;
  /** RFC 3339. Since v0.7. */
  readonly updated_at?: string;
};

/** By kind. A kind with nothing in it may be there: a schema with a password identifier makes an empty `password`. */
export type IdentityCredentialsMap = { readonly [type: string]: IdentityCredentials };

/**
 * What to import. With create since v0.9, with update since v0.11: there `password` is replaced, providers of `oidc` and `saml`
 * are added, and one that is already linked is a 409. Other kinds cannot be imported by any release.
 */
export type ImportCredentials = {
  /** Since v0.9. The server's password policy is not applied. */
  readonly password?: ImportPassword;
  /** Since v0.9. */
  readonly oidc?: ImportOidc;
  /** Since v25.4. */
  readonly saml?: ImportSaml;
};

export type ImportPassword = { readonly config: ImportPasswordConfig };

/** One of the three: none is a 400, and of several the server takes the hook, else the plaintext, and drops the rest silently. */
export type ImportPasswordConfig =
  | {
      /** Plaintext; the server hashes it. Since v0.9. */
      readonly password: string;
      readonly hashed_password?: never;
      readonly use_password_migration_hook?: never;
    }
  | {
      /**
       * A hash in a form the server knows, 400 otherwise. Since v0.9: bcrypt, argon2id, pbkdf2; v0.10: argon2i; v0.11: scrypt,
       * firebase scrypt, md5; v0.13: sha, ssha; v1.0: md5-, sha256- and sha512-crypt; v1.1: hmac.
       */
      readonly hashed_password: string;
      readonly password?: never;
      readonly use_password_migration_hook?: never;
    }
  | {
      /** The first login asks the configured web hook. Since v1.3; a 400 on create before. */
      readonly use_password_migration_hook: true;
      readonly password?: never;
      readonly hashed_password?: never;
    };

export type ImportOidc = {
  readonly config: {
    /** Each is one link to a provider. */
    readonly providers: readonly ImportOidcProvider[];
  };
};

export type ImportOidcProvider = {
  /** The identity's `sub` at the provider. Since v0.9. */
  readonly subject: string;
  /** Id of the provider in the server's configuration; not checked at import. Since v0.9. */
  readonly provider: string;
  /** Link at the first login with that provider instead. Since v25.4. */
  readonly use_auto_link?: boolean;
  /** UUID. Since v25.4. */
  readonly organization?: string | null;
};

export type ImportSaml = {
  readonly config: {
    /** Each is one link to a provider. */
    readonly providers: readonly ImportSamlProvider[];
  };
};

export type ImportSamlProvider = {
  /** The identity's name at the provider. Since v25.4. */
  readonly subject: string;
  /** Id of the provider in the server's configuration; not checked at import. Since v25.4. */
  readonly provider: string;
  /** UUID. Since v25.4. */
  readonly organization?: string | null;
};

export const isCredentialsMap = mapOf(
  objectOf<IdentityCredentials>(
    {},
    {
      type: isText,
      identifiers: orNull(listOf(isText)),
      config: orNull(isOpenObject),
      version: isNumber,
      created_at: isText,
      updated_at: isText,
    },
  ),
);
