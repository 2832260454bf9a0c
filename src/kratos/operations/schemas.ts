import type { JsonObject } from '../../model/json.ts';
import type { CallOptions } from '../call-options.ts';
import { SCHEMAS, schemaPath } from '../dialect.ts';
import { type Page, type PageQuery, pageBy } from '../pages.ts';
import type { Server } from '../server.ts';
import { type IdentitySchemaContainer, readIdentitySchema, readIdentitySchemas } from '../types/schema.ts';
import { askWhereServed } from './public.ts';
import { withPage } from './query.ts';

/** Identity schemas; on the public port from v0.7 on, see `askWhereServed`. */
export function schemaOperations(server: Server) {
  return {
    /** `GET /schemas/{id}`, 200: the JSON Schema document itself. Takes the raw id, as configured. Rejects `notFound`. */
    getSchema(id: string, { signal }: CallOptions = {}): Promise<JsonObject> {
      const call = { operation: 'GET schema', method: 'GET', about: 'one', expect: 200, signal } as const;
      return askWhereServed(server, { ...call, path: schemaPath(id), read: readIdentitySchema });
    },

    /** `GET /schemas`, 200: one page of schemas with their ids; v0.8 and later, else `unsupported`. */
    async listSchemas(options: PageQuery & CallOptions = {}): Promise<Page<IdentitySchemaContainer>> {
      return askWhereServed(server, {
        operation: 'GET schemas',
        method: 'GET',
        path: withPage(SCHEMAS, options),
        since: 'Kratos v0.8 or later (listing schemas)',
        expect: 200,
        signal: options.signal,
        read: pageBy(readIdentitySchemas),
      });
    },
  };
}
