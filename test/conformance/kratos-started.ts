import { afterEach, expect } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { type KratosOptions, type KratosStandIn, startKratos } from '../standin/kratos/server.ts';
import type { KratosVersion } from '../standin/kratos/version.ts';
import { type Asked, ask } from './kratos-ask.ts';

const running: KratosStandIn[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((kratos) => kratos.stop()));
});

/** A stand-in that is stopped after the test. */
export async function start(
  version: KratosVersion,
  options: Partial<KratosOptions> = {},
): Promise<KratosStandIn> {
  const kratos = await startKratos({ ...options, version });
  running.push(kratos);
  return kratos;
}

/** A create body of the schema without identifier. */
export function note(label: string, more: JsonObject = {}): JsonObject {
  return { schema_id: 'note', traits: { label }, ...more };
}

/** A create body of the schema whose identifier is the email address. */
export function person(email: string): JsonObject {
  return { traits: { email } };
}

/** Creates an identity on a modern stand-in and answers its path. */
export async function created(kratos: KratosStandIn, body: JsonObject): Promise<string> {
  const answer = await ask(kratos.adminUrl, 'POST', '/admin/identities', body);
  expect(answer.status).toBe(201);
  return `/admin/identities/${idOf(answer)}`;
}

export function idOf(answer: Asked): string {
  return (answer.body as { readonly id: string }).id;
}
