import type { IdentitySchemaContainer } from '../../kratos/types/schema.ts';
import { isObject } from '../../model/json.ts';
import { id, remote } from '../command.ts';
import { FORMATS } from '../format.ts';
import type { View } from '../output.ts';

export const schemas = [
  remote({
    words: ['schemas', 'list'],
    summary: 'lists identity schemas (Kratos v0.8 or later)',
    arguments: {},
    flags: {},
    formats: FORMATS,
    run: async ({ api, output, signal }) => {
      await output.many(VIEW, (await api.listSchemas({ signal })).items);
    },
  }),

  remote({
    words: ['schemas', 'get'],
    summary: 'shows one identity schema, the document itself',
    arguments: { id: { name: 'ID', read: id, help: 'id of the schema, as Kratos is configured with it' } },
    flags: {},
    formats: ['json', 'yaml'],
    subject: ({ id }) => `schema ${id}`,
    run: async ({ api, output, signal }, { id }) => output.document(await api.getSchema(id, { signal })),
  }),
];

const VIEW: View<IdentitySchemaContainer> = {
  plural: 'schemas',
  id: ({ id }) => id,
  raw: (schema) => schema,
  columns: [
    { title: 'ID', cell: ({ id }) => id },
    { title: 'TITLE', cell: ({ schema }) => textIn(schema, 'title') },
    { title: '$ID', cell: ({ schema }) => textIn(schema, '$id') },
  ],
};

function textIn(schema: IdentitySchemaContainer['schema'], key: string): string | undefined {
  const value = isObject(schema) ? schema[key] : undefined;
  return typeof value === 'string' ? value : undefined;
}
