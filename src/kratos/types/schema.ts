import type { JsonObject, JsonValue } from '../../model/json.ts';
import { either, isId, isOpenObject, isText, listOf, objectOf } from './shape.ts';

/**
 * Identity schemas, from the public port. `GET /schemas/{id}` (v0.5 and v0.6: on the admin port too) answers the bare document: any
 * JSON object.
 *
 * Sources: ory/kratos schema/handler.go, schema/schema.go, spec/api.json.
 */

/** An entry of `GET /schemas`, since v0.8. */
export type IdentitySchemaContainer = {
  /** The id as configured, not the base64url form that `schema_url` ends in. */
  readonly id: string;
  /** The JSON Schema as the operator of the server wrote it. v0.11.0 and v0.11.1 send its text in base64 instead. */
  readonly schema: JsonObject | string;
};

const isIdentitySchemas = listOf(
  objectOf<IdentitySchemaContainer>({ id: isId, schema: either(isOpenObject, isText) }),
);

/** One page. A page beyond the last is `null` up to v1.3, read as the empty list that it means. */
export function readIdentitySchemas(
  body: JsonValue | undefined,
): readonly IdentitySchemaContainer[] | undefined {
  if (body === null) return [];
  return isIdentitySchemas(body) ? body : undefined;
}

/** The bare document of `GET /schemas/{id}`. */
export function readIdentitySchema(body: JsonValue | undefined): JsonObject | undefined {
  return isOpenObject(body) ? body : undefined;
}
