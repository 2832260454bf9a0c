import { request } from 'undici';
import type { JsonValue } from '../../src/model/json.ts';

/** An HTTP answer; a JSON body is parsed, any other is text. */
export interface Asked {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonValue;
}

/**
 * Sends one request on a connection of its own and follows no redirect. A string is sent as it is, everything else as
 * JSON. The fetch mode is that of the requests that were recorded: Kratos words CSRF errors by it.
 */
export async function ask(
  baseUrl: string,
  method: string,
  path: string,
  body?: JsonValue,
  signal?: AbortSignal,
): Promise<Asked> {
  const sent = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await request(baseUrl + path, {
    method,
    reset: true,
    headers: {
      'sec-fetch-mode': 'cors',
      ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(sent === undefined ? {} : { body: sent }),
    ...(signal === undefined ? {} : { signal }),
  });
  const text = await answer.body.text();
  const headers = Object.fromEntries(
    Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
  );
  const json = headers['content-type']?.startsWith('application/json') === true && text !== '';
  return { status: answer.statusCode, headers, body: json ? (JSON.parse(text) as JsonValue) : text };
}
