import { randomUUID } from 'node:crypto';
import { isObject, type JsonObject, type JsonValue } from '../../src/model/json.ts';
import { fromPointer } from '../../src/model/pointer.ts';

/** The fields that a client may set. */
const FIELDS = ['schema_id', 'state', 'traits', 'metadata_public', 'metadata_admin', 'external_id'] as const;
const SCHEMAS: ReadonlySet<string> = new Set(['default', 'note']);
const MALFORMED = 'The request was malformed or contained invalid parameters';

type Fields = { [field in (typeof FIELDS)[number]]?: JsonValue };

interface Person {
  readonly id: string;
  /** Its place in the order of creation; pages go by it. */
  readonly place: number;
  readonly born: string;
  readonly fields: Fields;
  /** As lists show it: JSON, without credentials. */
  readonly text: string;
}

/** A refusal in Kratos' own form. */
export class Refusal extends Error {
  readonly status: 400 | 404 | 409;
  readonly body: JsonObject;

  constructor(status: 400 | 404 | 409, words: { readonly message: string; readonly reason?: string }) {
    super(words.message);
    this.status = status;
    this.body = { error: { code: status, status: STATUS_TEXT[status], ...words } };
  }
}

const STATUS_TEXT = { 400: 'Bad Request', 404: 'Not Found', 409: 'Conflict' } as const;

/**
 * Identities in memory, with what the operator relies on: unique external ids and emails (409), unknown fields and schemas refused (400),
 * addresses from the email, JSON Patch. Traits are not validated. The texts of answers are made once for each write.
 */
export class People {
  readonly #byId = new Map<string, Person>();
  readonly #byExternalId = new Map<string, string>();
  readonly #byEmail = new Map<string, string>();
  readonly #inOrder: (Person | undefined)[] = [];

  get count(): number {
    return this.#byId.size;
  }

  create(body: JsonValue): Person {
    if (!isObject(body)) throw malformed('not an object');
    const { schema_id: schema, ...rest } = body;
    const unknown = Object.keys(rest).find((field) => !isField(field));
    if (unknown !== undefined) throw new Refusal(400, { message: `json: unknown field "${unknown}"` });
    const schemaId = schema === undefined || schema === '' ? 'default' : schema;
    if (typeof schemaId !== 'string' || !SCHEMAS.has(schemaId)) {
      throw malformed(`Unable to find JSON Schema ID: ${JSON.stringify(schemaId)}`);
    }
    const fields: Fields = { state: 'active', ...(rest as Fields), schema_id: schemaId };
    return this.#put({
      id: randomUUID(),
      place: this.#inOrder.length,
      born: new Date().toISOString(),
      fields,
    });
  }

  get(id: string): Person {
    const found = this.#byId.get(id);
    if (found === undefined) throw absent();
    return found;
  }

  getByExternalId(externalId: string): Person {
    return this.get(this.#byExternalId.get(externalId) ?? '');
  }

  withEmail(email: string): readonly Person[] {
    const id = this.#byEmail.get(email.trim().toLowerCase());
    return id === undefined ? [] : [this.get(id)];
  }

  /** Those that there are of these ids, each once. */
  some(ids: readonly string[]): readonly Person[] {
    return [...new Set(ids)].flatMap((id) => this.#byId.get(id) ?? []);
  }

  /** One page from a place on, and where the next begins. */
  page(
    from: number,
    size: number,
  ): { readonly people: readonly Person[]; readonly next: number | undefined } {
    const people: Person[] = [];
    for (let place = from; place < this.#inOrder.length; place += 1) {
      const person = this.#inOrder[place];
      if (person === undefined) continue;
      if (people.length === size) return { people, next: place };
      people.push(person);
    }
    return { people, next: undefined };
  }

  patch(id: string, patch: JsonValue): Person {
    const person = this.get(id);
    const fields = structuredClone(person.fields);
    for (const operation of Array.isArray(patch) ? patch : []) apply(fields, operation);
    return this.#put({ ...person, fields });
  }

  delete(id: string): void {
    const person = this.get(id);
    this.#byId.delete(id);
    this.#inOrder[person.place] = undefined;
    const [externalId, email] = keysOf(person.fields);
    if (externalId !== undefined) this.#byExternalId.delete(externalId);
    if (email !== undefined) this.#byEmail.delete(email);
  }

  #put(bare: Omit<Person, 'text'>): Person {
    const [externalId, email] = keysOf(bare.fields);
    const taken = (owner: string | undefined) => owner !== undefined && owner !== bare.id;
    if (externalId !== undefined && taken(this.#byExternalId.get(externalId))) throw conflict();
    if (email !== undefined && taken(this.#byEmail.get(email))) throw conflict();
    const before = this.#byId.get(bare.id);
    if (before !== undefined) this.delete(before.id);
    const person = { ...bare, text: JSON.stringify(shown(bare)) };
    this.#byId.set(person.id, person);
    this.#inOrder[person.place] = person;
    if (externalId !== undefined) this.#byExternalId.set(externalId, person.id);
    if (email !== undefined) this.#byEmail.set(email, person.id);
    return person;
  }
}

/** As answers about one identity show it. */
export function wholeText({ fields, born, text }: Person): string {
  const [, email] = keysOf(fields);
  if (email === undefined) return text;
  const password = { type: 'password', identifiers: [email], version: 0, created_at: born, updated_at: born };
  return `${text.slice(0, -1)},"credentials":${JSON.stringify({ password })}}`;
}

function shown({ id, born, fields }: Omit<Person, 'text'>): JsonObject {
  const [externalId, email] = keysOf(fields);
  const times = { created_at: born, updated_at: born };
  const address = { id: randomUUID(), value: email ?? '', via: 'email', ...times };
  return {
    id,
    ...(externalId !== undefined && { external_id: externalId }),
    schema_id: fields.schema_id ?? 'default',
    schema_url: `http://127.0.0.1/schemas/${Buffer.from(JSON.stringify(fields.schema_id)).toString('base64url')}`,
    state: fields.state ?? 'active',
    state_changed_at: born,
    traits: fields.traits ?? {},
    ...(email !== undefined && {
      verifiable_addresses: [{ ...address, verified: false, status: 'pending' }],
      recovery_addresses: [address],
    }),
    metadata_public: fields.metadata_public ?? null,
    metadata_admin: fields.metadata_admin ?? null,
    ...times,
    organization_id: null,
  };
}

/** What nobody else may have: the external id, and the email as it is compared. */
function keysOf({ external_id: externalId, traits }: Fields): [string | undefined, string | undefined] {
  const email = isObject(traits) && typeof traits.email === 'string' ? traits.email : undefined;
  const given = typeof externalId === 'string' && externalId !== '' ? externalId : undefined;
  return [given, email?.trim().toLowerCase()];
}

function apply(fields: Fields, operation: JsonValue): void {
  const { op, path, value } = isObject(operation) ? operation : {};
  const [field = '', ...keys] = fromPointer(typeof path === 'string' ? path : '');
  if (!isField(field) || (op !== 'add' && op !== 'replace' && op !== 'remove')) throw unpatchable();
  let parent = fields as { [key: string]: JsonValue };
  let last: string = field;
  for (const key of keys) {
    const child = Object.hasOwn(parent, last) ? parent[last] : undefined;
    if (!isObject(child)) throw unpatchable();
    parent = child as { [key: string]: JsonValue };
    last = key;
  }
  if (op === 'remove' && !Object.hasOwn(parent, last)) throw unpatchable();
  if (op === 'remove') delete parent[last];
  else parent[last] = value ?? null;
}

function isField(name: string): name is (typeof FIELDS)[number] {
  return (FIELDS as readonly string[]).includes(name);
}

function malformed(reason: string): Refusal {
  return new Refusal(400, { message: MALFORMED, reason });
}

function absent(): Refusal {
  return new Refusal(404, { message: 'Unable to locate the resource' });
}

function unpatchable(): Refusal {
  return new Refusal(400, { message: MALFORMED, reason: 'An error occured when applying the JSON patch' });
}

function conflict(): Refusal {
  return new Refusal(409, {
    reason: 'This identity conflicts with another identity that already exists.',
    message: 'The resource could not be created due to a conflict',
  });
}
