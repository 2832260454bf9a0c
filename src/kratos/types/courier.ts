import type { JsonValue } from '../../model/json.ts';
import { isId, isNumber, isText, listOf, type Open, objectOf, oneOf } from './shape.ts';

/**
 * Messages that the server sent or is about to send. The list since v0.11.0, single ones since v0.11.1. Personal data.
 *
 * Sources: ory/kratos courier/message.go, courier/message_dispatch.go, courier/handler.go, spec/api.json.
 */

/** `abandoned`: given up after too many tries. Also what the list can be filtered by. */
export type CourierMessageStatus = 'queued' | 'sent' | 'processing' | 'abandoned';

/** All fields but `channel` and `dispatches` are in every answer. */
export type CourierMessage = {
  /** UUID. */
  readonly id: string;
  readonly status: CourierMessageStatus;
  /** `phone` up to v1.0 is what `sms` is since v1.1; the spec still says `phone`. */
  readonly type: 'email' | 'phone' | 'sms';
  /** Address or number, in clear. */
  readonly recipient: string;
  /** `<redacted-unless-dev-mode>`; in dev mode the text, and with it links and codes that let in. */
  readonly body: string;
  /** Empty for `sms`. Since v26.2 redacted as `body` is; before it may hold a code. */
  readonly subject: string;
  /** What made it. `otp` and `stub` up to v1.0; `login_code_valid` and `registration_code_valid` since v1.1. */
  readonly template_type: Open<
    | 'recovery_invalid'
    | 'recovery_valid'
    | 'recovery_code_invalid'
    | 'recovery_code_valid'
    | 'verification_invalid'
    | 'verification_valid'
    | 'verification_code_invalid'
    | 'verification_code_valid'
    | 'otp'
    | 'stub'
    | 'login_code_valid'
    | 'registration_code_valid'
  >;
  /** Id of the configured channel it goes out on. Since v1.1; the empty text when none is set. */
  readonly channel?: string;
  /** How often it was tried. */
  readonly send_count: number;
  /** Tries, the newest first. Since v0.11.1, and only in the answer for one message; left out when there are none. */
  readonly dispatches?: readonly CourierDispatch[];
  /** RFC 3339. */
  readonly created_at: string;
  /** RFC 3339. */
  readonly updated_at: string;
};

/** One try to send. Since v0.11.1. */
export type CourierDispatch = {
  /** UUID. */
  readonly id: string;
  /** UUID of its message. */
  readonly message_id: string;
  readonly status: 'failed' | 'success';
  /** What the sender said, an object or text of any form; left out when it worked. */
  readonly error?: JsonValue;
  /** RFC 3339. */
  readonly created_at: string;
  /** RFC 3339. */
  readonly updated_at: string;
};

const isDispatch = objectOf<CourierDispatch>({
  id: isId,
  message_id: isId,
  status: oneOf('failed', 'success'),
  created_at: isText,
  updated_at: isText,
});

const isCourierMessage = objectOf<CourierMessage>(
  {
    id: isId,
    status: oneOf('queued', 'sent', 'processing', 'abandoned'),
    type: oneOf('email', 'phone', 'sms'),
    recipient: isText,
    body: isText,
    subject: isText,
    template_type: isText,
    send_count: isNumber,
    created_at: isText,
    updated_at: isText,
  },
  { channel: isText, dispatches: listOf(isDispatch) },
);

const isCourierMessages = listOf(isCourierMessage);

export function readCourierMessage(body: JsonValue | undefined): CourierMessage | undefined {
  return isCourierMessage(body) ? body : undefined;
}

/** One page, the newest message first. */
export function readCourierMessages(body: JsonValue | undefined): readonly CourierMessage[] | undefined {
  return isCourierMessages(body) ? body : undefined;
}
