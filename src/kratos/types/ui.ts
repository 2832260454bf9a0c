import type { JsonObject, JsonValue } from '../../model/json.ts';
import { isNumber, isOpenObject, isText, listOf, type Open, objectOf, orNull } from './shape.ts';

/**
 * The form of a self-service flow, as every version since v0.6 describes it.
 *
 * Sources: ory/kratos ui/container/container.go, ui/node/node.go, ui/node/attributes.go, text/message.go, spec/api.json.
 */

/** A text for the user. Of the same form in v0.5. */
export type UiText = {
  /** Says which text it is, e.g. 4000006 for wrong credentials: to translate by. */
  readonly id: number;
  /** In English; may name the user's address. */
  readonly text: string;
  /** `success` since v0.11. */
  readonly type: Open<'info' | 'error' | 'success'>;
  /** The variable parts of the text, any keys; left out when there are none. */
  readonly context?: JsonObject;
};

export type UiContainer = {
  /** URL to submit the form to; `flow` is in its query. */
  readonly action: string;
  /** HTTP method of the submission. */
  readonly method: string;
  /** What the form consists of, in order. */
  readonly nodes: readonly UiNode[];
  /** About the form as a whole; left out when there are none. */
  readonly messages?: readonly UiText[];
};

export type UiNode = {
  /** What to show. `text`, `img`, `a`: v0.6; `script`: v0.8; `div`: v25.4. */
  readonly type: Open<'input' | 'text' | 'img' | 'a' | 'script' | 'div'>;
  /** The method it belongs to. Many were added over time. */
  readonly group: Open<
    | 'default'
    | 'password'
    | 'oidc'
    | 'profile'
    | 'link'
    | 'code'
    | 'totp'
    | 'lookup_secret'
    | 'webauthn'
    | 'passkey'
    | 'identifier_first'
    | 'captcha'
    | 'saml'
  >;
  readonly attributes: UiNodeAttributes;
  /** About this node; empty when there are none. */
  readonly messages: readonly UiText[] | null;
  readonly meta: {
    /** Left out when the node has none. */
    readonly label?: UiText;
  } | null;
};

/** Which of these a node has depends on its type; `[input]` names the types that have the field. */
export type UiNodeAttributes = {
  /** The node's own type once more. Since v0.8. */
  readonly node_type?: string;
  /** [input] Name of the field, e.g. `traits.email`. */
  readonly name?: string;
  /** [input] Type of the HTML input. [script] MIME type. */
  readonly type?: string;
  /** [input] Any JSON; left out when empty. That of `csrf_token` is a secret of the browser. */
  readonly value?: JsonValue;
  /** [input] Left out when false. */
  readonly required?: boolean;
  /** [input] */
  readonly disabled?: boolean;
  /** [input] Regular expression; left out when there is none. */
  readonly pattern?: string;
  /** [input] Characters; left out when there is no limit. Since v1.3. */
  readonly maxlength?: number;
  /** [input] Left out when there is none. Since v0.11. */
  readonly autocomplete?: string;
  /** [input] Left out when there is none. */
  readonly label?: UiText;
  /** [input] JavaScript to run; left out when there is none. Since v0.8. */
  readonly onclick?: string;
  /** [input] Name of the function of webauthn.js to run. Since v1.3. */
  readonly onclickTrigger?: string;
  /** [input] JavaScript to run; left out when there is none. Since v1.2. */
  readonly onload?: string;
  /** [input] Name of the function of webauthn.js to run. Since v1.3. */
  readonly onloadTrigger?: string;
  /** [text, img, a, script, div] Id within the form. Since v0.8. */
  readonly id?: string;
  /** [text] */
  readonly text?: UiText;
  /** [img, script] URL, of an image often `data:`. That of a totp image holds its secret. */
  readonly src?: string;
  /** [img] Pixels. Since v0.8. */
  readonly width?: number;
  /** [img] Pixels. Since v0.8. */
  readonly height?: number;
  /** [a] URL. */
  readonly href?: string;
  /** [a] */
  readonly title?: UiText;
  /** [script] Since v0.8. */
  readonly async?: boolean;
  /** [script] Since v0.8. */
  readonly referrerpolicy?: string;
  /** [script] Since v0.8. */
  readonly crossorigin?: string;
  /** [script] Since v0.8. */
  readonly integrity?: string;
  /** [script] Since v0.9. */
  readonly nonce?: string;
  /** [div] Left out when there is none. Since v25.4. */
  readonly class?: string;
  /** [div] Its `data-` attributes; left out when there are none. Since v25.4. */
  readonly data?: { readonly [name: string]: string };
};

export const isUiText = objectOf<UiText>(
  { id: isNumber, text: isText, type: isText },
  { context: isOpenObject },
);

const isUiNode = objectOf<UiNode>({
  type: isText,
  group: isText,
  attributes: objectOf<UiNodeAttributes>({}, { name: isText, node_type: isText }),
  messages: orNull(listOf(isUiText)),
  meta: orNull(objectOf<NonNullable<UiNode['meta']>>({}, { label: isUiText })),
});

export const isUiContainer = objectOf<UiContainer>(
  { action: isText, method: isText, nodes: listOf(isUiNode) },
  { messages: listOf(isUiText) },
);
