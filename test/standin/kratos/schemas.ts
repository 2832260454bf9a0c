import type { JsonObject } from '../../../src/model/json.ts';
import { json, Refused } from './answer.ts';
import { goJson } from './go-json.ts';
import { pageLinks, tokenQuery, withQuery } from './paging.ts';
import type { Handler, World } from './world.ts';

/** The schemas that the recorded servers ran with: `default` has an identifier, `note` has none. */
export const defaultSchemas: Readonly<Record<string, JsonObject>> = {
  default: {
    $id: 'https://example.test/person.schema.json',
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Person',
    type: 'object',
    properties: {
      traits: {
        type: 'object',
        properties: {
          email: {
            type: 'string',
            format: 'email',
            'ory.sh/kratos': {
              credentials: { password: { identifier: true } },
              verification: { via: 'email' },
              recovery: { via: 'email' },
            },
          },
          name: {
            type: 'object',
            properties: { first: { type: 'string', maxLength: 40 }, last: { type: 'string' } },
          },
          team: { type: 'string' },
          tags: { type: 'array', items: { type: 'string' } },
        },
        required: ['email'],
        additionalProperties: false,
      },
    },
  },
  note: {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Service account, no identifier',
    type: 'object',
    properties: {
      traits: { type: 'object', properties: { label: { type: 'string' } }, required: ['label'] },
    },
  },
};

/** One schema, by its raw id or, on modern servers, by its base64url form. */
export const getSchema: Handler = (world, _call, { id = '' }) => {
  const decoded = world.dialect.modern ? fromBase64url(id) : undefined;
  const schema = world.schemas.get(id) ?? world.schemas.get(decoded ?? '');
  if (schema === undefined) throw noSchema(id, decoded, world);
  return { status: 200, headers: { 'content-type': world.dialect.schemaType }, body: goJson(schema) };
};

export const listSchemas: Handler = (world, call) => {
  const all = [...world.schemas].map(([id, schema]) => ({ id, schema }));
  const link = pageLinks(all.length, 0, 250, (offset, size) =>
    world.dialect.paging === 'keyset'
      ? withQuery(call.path, tokenQuery(offset, size))
      : withQuery(`${world.urls.public}/schemas`, { page: offset / size, per_page: size }),
  );
  return json(200, all, { link, 'x-total-count': `${all.length}` });
};

function fromBase64url(id: string): string | undefined {
  return /^[\w-]+$/.test(id) && id.length % 4 !== 1 ? Buffer.from(id, 'base64url').toString() : undefined;
}

/** Up to v1.3 the decoded form of an unknown id is told, whatever bytes that gives. */
function noSchema(id: string, decoded: string | undefined, { dialect }: World): Refused {
  const message = 'The requested resource could not be found';
  if (!dialect.modern)
    return new Refused({ code: 404, message, debug: `Unable to find JSON Schema ID: ${id}` });
  const told = dialect.router === 'servemux' ? id : (decoded ?? id);
  return new Refused({ code: 404, message, reason: `Identity schema \`${told}\` could not be found.` });
}
