import type { JsonObject, JsonValue } from '../../model/json.ts';
import type { FlowKind } from '../dialect.ts';
import {
  CLASSIC_FLOWS,
  type ClassicLoginFlow,
  type ClassicRecoveryFlow,
  type ClassicRegistrationFlow,
  type ClassicSettingsFlow,
  type ClassicVerificationFlow,
  FLOW_BASICS,
  type FlowBasics,
} from './classic-flow.ts';
import { isRawIdentity, type RawIdentity } from './identity.ts';
import {
  either,
  isFlag,
  isOpenObject,
  isText,
  listOf,
  type Open,
  objectOf,
  orNull,
  type Shape,
} from './shape.ts';
import { isUiContainer, type UiContainer } from './ui.ts';

/**
 * Self-service flows of all versions. Tell the generations apart by `'methods' in flow` (v0.5) or `'ui' in flow`.
 *
 * Sources: ory/kratos selfservice/flow/<kind>/flow.go, selfservice/flow/state.go, selfservice/flow/continue_with.go, spec/api.json.
 */

/** What every flow has since v0.6. */
export type ModernFlow = FlowBasics & {
  /** The form. Since v0.6. */
  readonly ui: UiContainer;
  /** URL to go to afterwards; left out when there is none. Since v0.8. */
  readonly return_to?: string;
  /** What the client gave along for web hooks, any keys; left out when nothing. Since v1.2; of registration since v0.13. */
  readonly transient_payload?: JsonObject;
};

/** What login and registration share. */
export type ModernEntryFlow = ModernFlow & {
  /** Since v1.1. */
  readonly state?: Open<'choose_method' | 'sent_email' | 'passed_challenge'>;
  /** UUID. Since v1.1; `null` when none. */
  readonly organization_id?: string | null;
  /** Challenge of Hydra. Since v0.11, with `null` for none; since v1.0 left out when there is none. */
  readonly oauth2_login_challenge?: string | null;
  /** What Hydra says of its challenge; left out when there is none. Since v0.11. */
  readonly oauth2_login_request?: JsonObject;
  /** To trade for a session token in a native app: lets in. Left out unless asked for. Since v1.0. */
  readonly session_token_exchange_code?: string;
  /** Id of the schema that the user is shown; left out for the default. Since v25.4. */
  readonly identity_schema?: string;
};

export type ModernLoginFlow = ModernEntryFlow & {
  /** The user has to log in anew although logged in. Since v0.8. */
  readonly refresh?: boolean;
  /** What `refresh` was called in v0.6 and v0.7; gone since v0.8. */
  readonly forced?: boolean;
  /** Level to reach. Since v0.8. */
  readonly requested_aal?: Open<'aal1' | 'aal2'>;
  /** RFC 3339. Since v0.7. */
  readonly created_at?: string;
  /** RFC 3339. Since v0.7. */
  readonly updated_at?: string;
};

export type ModernRegistrationFlow = ModernEntryFlow;

export type ModernVerificationFlow = ModernFlow & {
  readonly state: Open<'choose_method' | 'sent_email' | 'passed_challenge'>;
};

export type ModernRecoveryFlow = ModernFlow & {
  /** The `recovery_` ones since v25.4, where the server is configured to let users choose the address. */
  readonly state: Open<
    | 'choose_method'
    | 'sent_email'
    | 'passed_challenge'
    | 'recovery_awaiting_address'
    | 'recovery_awaiting_address_choice'
    | 'recovery_confirming_address'
    | 'recovery_awaiting_code'
  >;
  /** What the client can do next, by `action`; may hold a session token. Left out when nothing. Since v1.1. */
  readonly continue_with?: readonly JsonObject[];
};

export type ModernSettingsFlow = ModernFlow & {
  readonly state: Open<'show_form' | 'success'>;
  /** Whose settings they are, without `metadata_admin` and credentials. */
  readonly identity: RawIdentity;
  /** What the client can do next, by `action`; left out when nothing. Since v0.13. */
  readonly continue_with?: readonly JsonObject[];
};

export type LoginFlow = ClassicLoginFlow | ModernLoginFlow;
export type RegistrationFlow = ClassicRegistrationFlow | ModernRegistrationFlow;
export type RecoveryFlow = ClassicRecoveryFlow | ModernRecoveryFlow;
export type SettingsFlow = ClassicSettingsFlow | ModernSettingsFlow;
export type VerificationFlow = ClassicVerificationFlow | ModernVerificationFlow;

/** The flow of each kind. */
export type Flows = {
  readonly login: LoginFlow;
  readonly registration: RegistrationFlow;
  readonly recovery: RecoveryFlow;
  readonly settings: SettingsFlow;
  readonly verification: VerificationFlow;
};

const MODERN = { ...FLOW_BASICS, ui: isUiContainer };
const MODERN_OPTIONAL = { active: isText, return_to: isText, transient_payload: isOpenObject };
const ENTRY_OPTIONAL = {
  ...MODERN_OPTIONAL,
  state: isText,
  organization_id: orNull(isText),
  oauth2_login_challenge: orNull(isText),
  oauth2_login_request: isOpenObject,
  session_token_exchange_code: isText,
  identity_schema: isText,
};
const CONTINUED = { ...MODERN_OPTIONAL, continue_with: listOf(isOpenObject) };

const SHAPES: { readonly [K in FlowKind]: Shape<Flows[K]> } = {
  login: either(
    CLASSIC_FLOWS.login,
    objectOf<ModernLoginFlow>(MODERN, {
      ...ENTRY_OPTIONAL,
      refresh: isFlag,
      forced: isFlag,
      requested_aal: isText,
      created_at: isText,
      updated_at: isText,
    }),
  ),
  registration: either(CLASSIC_FLOWS.registration, objectOf<ModernRegistrationFlow>(MODERN, ENTRY_OPTIONAL)),
  recovery: either(
    CLASSIC_FLOWS.recovery,
    objectOf<ModernRecoveryFlow>({ ...MODERN, state: isText }, CONTINUED),
  ),
  settings: either(
    CLASSIC_FLOWS.settings,
    objectOf<ModernSettingsFlow>({ ...MODERN, state: isText, identity: isRawIdentity }, CONTINUED),
  ),
  verification: either(
    CLASSIC_FLOWS.verification,
    objectOf<ModernVerificationFlow>({ ...MODERN, state: isText }, MODERN_OPTIONAL),
  ),
};

/** A verification flow that does not exist is 200 with `null` up to v0.8: `undefined` here, for the caller to tell from nonsense. */
export function readFlow<K extends FlowKind>(kind: K, body: JsonValue | undefined): Flows[K] | undefined {
  const isFlow: Shape<Flows[K]> = SHAPES[kind];
  return isFlow(body) ? body : undefined;
}
