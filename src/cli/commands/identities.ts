import type { IdentityRecord } from '../../kratos/record.ts';
import type { JsonPatchOperation, UpdateIdentityBody } from '../../kratos/types/identity.ts';
import { isObject, type JsonObject, type JsonValue } from '../../model/json.ts';
import { text, wholeNumber } from '../../settings.ts';
import { age } from '../age.ts';
import { type Argument, id, type Option, remote } from '../command.ts';
import type { Context } from '../context.ts';
import { FORMATS } from '../format.ts';
import type { View } from '../output.ts';
import { progressLine } from '../progress.ts';
import { UsageError } from '../usage-error.ts';

const ID = { name: 'ID', read: id, help: 'id of the identity' } as const satisfies Argument;

const FILE = {
  kind: 'option',
  name: 'file',
  short: 'f',
  value: 'FILE',
  read: text,
  required: true,
  file: true,
  help: 'JSON or YAML in the form of the admin API; - is standard input',
} as const satisfies Option;

const subject = ({ id }: { readonly id: string }) => `identity ${id}`;

export const identities = [
  remote({
    words: ['identities', 'list'],
    summary: 'lists identities',
    arguments: {},
    flags: {
      all: { kind: 'switch', name: 'all', help: 'every identity, page by page' },
      pageSize: {
        kind: 'option',
        name: 'page-size',
        value: 'N',
        read: wholeNumber(1, 1000),
        help: 'identities a page, from 1 to 1000 (servers give 500 at most from v1.1 on)',
      },
      ids: {
        kind: 'option',
        name: 'ids',
        value: 'A,B',
        read: idList,
        help: 'only those with these ids (Kratos v1.1 or later)',
      },
      identifier: {
        kind: 'option',
        name: 'identifier',
        value: 'V',
        read: text,
        help: 'only the one who signs in with this (Kratos v0.13 or later)',
      },
    },
    formats: FORMATS,
    run: (context, { all, pageSize, ids, identifier: credentialsIdentifier }) => {
      const options = { pageSize, ids, credentialsIdentifier, signal: context.signal };
      return all ? listAll(context, options) : listPage(context, options);
    },
  }),

  remote({
    words: ['identities', 'get'],
    summary: 'shows one identity',
    arguments: { id: { ...ID, optional: true } },
    flags: {
      externalId: {
        kind: 'option',
        name: 'external-id',
        value: 'X',
        read: id,
        help: 'the identity with this external id, in place of ID (Kratos v25.4 or later)',
      },
    },
    formats: FORMATS,
    subject: ({ id, externalId }) => subject({ id: id ?? `with the external id ${externalId}` }),
    run: async ({ api, output, signal, now }, { id, externalId }) => {
      if (id !== undefined && externalId === undefined) {
        return output.one(viewOf(now), await api.getIdentity(id, { signal }));
      }
      if (id !== undefined || externalId === undefined) {
        throw new UsageError('identities get needs either ID or --external-id');
      }
      return output.one(viewOf(now), await api.getIdentityByExternalId(externalId, { signal }));
    },
  }),

  remote({
    words: ['identities', 'create'],
    summary: 'creates an identity',
    arguments: {},
    flags: { file: FILE },
    formats: FORMATS,
    run: async (context, { file }) => {
      const body = await bodyIn(context, file);
      await context.output.one(viewOf(context.now), await context.api.createIdentity(body, context));
    },
  }),

  remote({
    words: ['identities', 'update'],
    summary:
      'replaces an identity: what the file leaves out is cleared, but for state, schema and credentials',
    arguments: { id: ID },
    flags: { file: FILE },
    formats: FORMATS,
    subject,
    run: async (context, { id, file }) => {
      const body = await bodyIn(context, file);
      await context.output.one(viewOf(context.now), await context.api.updateIdentity(id, body, context));
    },
  }),

  remote({
    words: ['identities', 'patch'],
    summary: 'changes an identity by a JSON Patch (Kratos v0.11 or later)',
    arguments: { id: ID },
    flags: { file: FILE },
    formats: FORMATS,
    subject,
    run: async ({ api, output, read, signal, now }, { id, file }) => {
      const patch = await read(file);
      if (!isPatch(patch)) {
        throw new UsageError(`${file}: must be a list of JSON Patch operations, each with op and path`);
      }
      await output.one(viewOf(now), await api.patchIdentity(id, patch, { signal }));
    },
  }),

  remote({
    words: ['identities', 'delete'],
    summary: 'deletes an identity, and with it its sessions',
    arguments: { id: ID },
    flags: {},
    formats: FORMATS,
    subject,
    run: async ({ api, output, signal }, { id }) => {
      await api.deleteIdentity(id, { signal });
      await output.done(`identity ${id} deleted`, id);
    },
  }),
];

interface ListOptions {
  readonly pageSize: number | undefined;
  readonly ids: readonly string[] | undefined;
  readonly credentialsIdentifier: string | undefined;
  readonly signal: AbortSignal;
}

async function listAll({ api, output, progress, now }: Context, options: ListOptions): Promise<void> {
  const stream = output.stream(viewOf(now));
  let [count, pages] = [0, 0];
  for await (const page of api.walkIdentities(options)) {
    count += page.length;
    pages += 1;
    await progress.clear();
    await stream.page(page);
    await progress.show(progressLine(count, pages));
  }
  await progress.clear();
  await stream.end();
  await progress.end(progressLine(count, pages));
}

/** What servers give when nobody asks for a size. */
const USUAL_PAGE = 250;

async function listPage({ api, output, now, tell }: Context, options: ListOptions): Promise<void> {
  const page = await api.listIdentities(options);
  await output.many(viewOf(now), page.items);
  const count = page.items.length;
  const isMore = page.nextPageToken !== undefined || (page.total !== undefined && count < page.total);
  if (isMore) await tell(`there are more than these ${count}: --all lists every one`);
  // Servers that count their pages do not always say how many there are.
  else if (!page.linked && page.total === undefined && count >= (options.pageSize ?? USUAL_PAGE)) {
    await tell(`there may be more than these ${count}: --all lists every one`);
  }
}

/** A body for create and update, after the schema's own advice. */
async function bodyIn({ read, advice, api, signal }: Context, file: string): Promise<UpdateIdentityBody> {
  const body = await read(file);
  if (!isObject(body)) throw new UsageError(`${file}: must be an object`);
  if (!isBody(body)) throw new UsageError(`${file}: must have traits, an object`);
  if (typeof body.schema_id === 'string' && body.schema_id !== '') {
    await advice.about(api, body.schema_id, body.traits, signal);
  }
  return body;
}

/** Whatever else is in it is the server's to judge. */
function isBody(body: JsonObject): body is JsonObject & UpdateIdentityBody {
  return isObject(body.traits);
}

function isPatch(patch: JsonValue): patch is readonly (JsonObject & JsonPatchOperation)[] {
  return (
    Array.isArray(patch) &&
    patch.every((one) => isObject(one) && typeof one.op === 'string' && typeof one.path === 'string')
  );
}

function idList(value: string) {
  const ids = value.split(',').map((one) => one.trim());
  if (ids.some((one) => one === '')) return { problem: 'must be ids separated by commas' };
  return ids.length > 500 ? { problem: 'must be 500 ids at most' } : { value: ids };
}

function viewOf(now: number): View<IdentityRecord> {
  return {
    plural: 'identities',
    id: ({ id }) => id,
    raw: ({ raw }) => raw,
    columns: [
      { title: 'ID', cell: ({ id }) => id },
      { title: 'SCHEMA', cell: ({ schemaId }) => schemaId },
      { title: 'STATE', cell: ({ state }) => state },
      { title: 'IDENTIFIER', cell: identifierOf },
      { title: 'VERIFIED', cell: verifiedOf },
      { title: 'CREATED', cell: ({ createdAt }) => age(createdAt, now) },
    ],
  };
}

/** What the identity signs in with, as far as the answer tells, else its first address. */
function identifierOf({ credentials = {}, verifiableAddresses, recoveryAddresses }: IdentityRecord) {
  const identifiers = ['password', 'code'].flatMap((type) => credentials[type]?.identifiers ?? []);
  return identifiers[0] ?? verifiableAddresses[0]?.value ?? recoveryAddresses[0]?.value;
}

function verifiedOf({ verifiableAddresses: all }: IdentityRecord): string | undefined {
  if (all.length === 0) return undefined;
  return all.every(({ verified }) => verified) ? 'yes' : 'no';
}
