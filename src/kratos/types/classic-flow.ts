import type { JsonValue } from '../../model/json.ts';
import { isRawIdentity, type RawIdentity } from './identity.ts';
import {
  isFlag,
  isId,
  isText,
  listOf,
  mapOf,
  type Open,
  objectOf,
  oneOf,
  orNull,
  type Shape,
} from './shape.ts';
import { isUiText, type UiText } from './ui.ts';

/**
 * Self-service flows of v0.5: one form for each method. What the spec calls optional here is on the wire of every v0.5.
 *
 * Sources: ory/kratos v0.5.5-alpha.1 selfservice/flow/<kind>/flow.go and flow_method.go, selfservice/form/html_form.go and
 * fields.go, text/message.go.
 */

/** What every flow has, of either generation. */
export type FlowBasics = {
  /** UUID. */
  readonly id: string;
  /** Who it is for: an `api` client, or a `browser` with its cookie. */
  readonly type: 'api' | 'browser';
  /** RFC 3339. After it the flow is 410. */
  readonly expires_at: string;
  /** RFC 3339. */
  readonly issued_at: string;
  /** URL that began the flow; its query may hold what the caller put there. */
  readonly request_url: string;
  /** The method that was last used; left out when none was. */
  readonly active?: string;
};

export type ClassicFlow = FlowBasics & {
  /** About the flow as a whole; `null` when there are none. */
  readonly messages?: readonly UiText[] | null;
  /** By method: `password`, `oidc`, `profile`, `link`. v0.5 only; `ui` since v0.6. */
  readonly methods: { readonly [method: string]: ClassicMethod };
};

export type ClassicMethod = {
  /** The same as its key in the map. */
  readonly method: string;
  readonly config: ClassicForm;
};

export type ClassicForm = {
  /** URL to submit the form to; `flow` is in its query. */
  readonly action: string;
  /** HTTP method of the submission. */
  readonly method: string;
  /** In order. */
  readonly fields: readonly ClassicField[];
  /** About this form; left out when there are none. */
  readonly messages?: readonly UiText[];
  /** One button for each provider: of `oidc` at login and registration only, `null` while none is configured. */
  readonly providers?: readonly ClassicField[] | null;
};

export type ClassicField = {
  /** E.g. `traits.email`. */
  readonly name: string;
  /** Type of the HTML input. */
  readonly type: string;
  /** Regular expression; left out when there is none. */
  readonly pattern?: string;
  /** Left out when false. */
  readonly disabled?: boolean;
  /** Left out when false. */
  readonly required?: boolean;
  /** Any JSON; left out when there is none. That of `csrf_token` is a secret of the browser. */
  readonly value?: JsonValue;
  /** About this field; left out when there are none. */
  readonly messages?: readonly UiText[];
};

export type ClassicLoginFlow = ClassicFlow & {
  /** The user has to log in anew although logged in. */
  readonly forced?: boolean;
};

export type ClassicRegistrationFlow = ClassicFlow;

export type ClassicRecoveryFlow = ClassicFlow & {
  readonly state: Open<'choose_method' | 'sent_email' | 'passed_challenge'>;
};

export type ClassicVerificationFlow = ClassicRecoveryFlow;

export type ClassicSettingsFlow = ClassicFlow & {
  readonly state: Open<'show_form' | 'success'>;
  /** Whose settings they are. */
  readonly identity: RawIdentity;
};

/** For the shapes of flows of either generation. */
export const FLOW_BASICS = {
  id: isId,
  type: oneOf('api', 'browser'),
  expires_at: isText,
  issued_at: isText,
  request_url: isText,
};

const isField = objectOf<ClassicField>(
  { name: isText, type: isText },
  { disabled: isFlag, required: isFlag, messages: listOf(isUiText) },
);

const CLASSIC = {
  ...FLOW_BASICS,
  methods: mapOf(
    objectOf<ClassicMethod>({
      method: isText,
      config: objectOf<ClassicForm>(
        { action: isText, method: isText, fields: listOf(isField) },
        { messages: listOf(isUiText), providers: orNull(listOf(isField)) },
      ),
    }),
  ),
};

const CLASSIC_OPTIONAL = { active: isText, messages: orNull(listOf(isUiText)) };

const isStated = objectOf<ClassicRecoveryFlow>({ ...CLASSIC, state: isText }, CLASSIC_OPTIONAL);

/** By kind of flow. */
export const CLASSIC_FLOWS = {
  login: objectOf<ClassicLoginFlow>(CLASSIC, { ...CLASSIC_OPTIONAL, forced: isFlag }),
  registration: objectOf<ClassicRegistrationFlow>(CLASSIC, CLASSIC_OPTIONAL),
  recovery: isStated,
  verification: isStated,
  settings: objectOf<ClassicSettingsFlow>(
    { ...CLASSIC, state: isText, identity: isRawIdentity },
    CLASSIC_OPTIONAL,
  ),
} satisfies Record<string, Shape<ClassicFlow>>;
