import { isObject, type JsonValue } from '../../src/model/json.ts';
import { type Asked, ask } from './kratos-ask.ts';

/** One request of a recording with what a real server answered. */
export interface Step {
  readonly name: string;
  readonly port: 'admin' | 'public';
  readonly request: { readonly method: string; readonly path: string; readonly body?: JsonValue };
  readonly response: Asked;
}

/** A server that is asked the recorded requests, in a fresh state. */
export interface Target {
  readonly adminUrl: string;
  readonly publicUrl: string;
}

/** An answer with everything taken out that differs from run to run. */
export interface Normal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonValue;
}

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const NIL = '00000000-0000-0000-0000-000000000000';
const TIME = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/g;

/** Asks a target the steps of a recording one after the other; ids are told apart by the order they came up in. */
export class Replay {
  readonly #target: Target;
  readonly #actual = new Map<string, string>();
  readonly #recorded = new Map<string, string>();
  readonly #tokens = new Map<string, string>();

  constructor(target: Target) {
    this.#target = target;
  }

  /** Sends a step and answers both sides in comparable form. */
  async ask(step: Step): Promise<{ readonly actual: Normal; readonly expected: Normal }> {
    const recorded = step.response;
    const answer = await this.#send(step);
    const actual = this.#plain(answer);
    this.#capture(recorded.body, answer.body);
    this.#captureToken(recorded.headers.link, answer.headers.link);
    return {
      actual: normal(actual, (id) => this.#recorded.get(id)),
      expected: normal(recorded, (id) => (this.#actual.has(id) ? id : undefined)),
    };
  }

  #send({ port, request }: Step): Promise<Asked> {
    const base = port === 'admin' ? this.#target.adminUrl : this.#target.publicUrl;
    const sent = request.body === undefined ? undefined : this.#translate(textOf(request.body));
    return ask(base, request.method, this.#translate(request.path), sent);
  }

  /** Recorded ids and page tokens become the target's own. */
  #translate(text: string): string {
    return text
      .replace(/(?<=page_token=)[\w-]+/g, (token) => this.#tokens.get(token) ?? token)
      .replace(UUID, (id) => this.#actual.get(id) ?? id);
  }

  #plain(answer: Asked): Asked {
    const text = JSON.stringify(answer)
      .replaceAll(this.#target.adminUrl, 'http://admin')
      .replaceAll(this.#target.publicUrl, 'http://public');
    return JSON.parse(text) as Asked;
  }

  /** Ids are learned from objects that both sides show in the same place, never from lists, whose order is random. */
  #capture(recorded: JsonValue | undefined, actual: JsonValue | undefined): void {
    if (!isObject(recorded) || !isObject(actual)) return;
    for (const [key, value] of Object.entries(recorded)) {
      const other = actual[key];
      if (Array.isArray(value) && Array.isArray(other)) {
        for (const [index, item] of value.entries()) this.#capture(item, other[index]);
      } else if (
        (key === 'id' || key === 'identity') &&
        typeof value === 'string' &&
        typeof other === 'string'
      ) {
        this.#learn(value, other);
      } else if (key === 'recovery_link' && typeof value === 'string' && typeof other === 'string') {
        this.#learn(flowOf(value), flowOf(other));
      } else {
        this.#capture(value, other);
      }
    }
  }

  #learn(recorded: string, actual: string): void {
    if (this.#actual.has(recorded) || this.#recorded.has(actual)) return;
    this.#actual.set(recorded, actual);
    this.#recorded.set(actual, recorded);
  }

  #captureToken(recorded: string | undefined, actual: string | undefined): void {
    const [old, own] = [recorded, actual].map(
      (link) => /page_token=([\w-]+)[^>]*>; rel="next"/.exec(link ?? '')?.[1],
    );
    if (old !== undefined && own !== undefined) this.#tokens.set(old, own);
  }
}

/** The flow that a recovery link leads to. */
function flowOf(link: string): string {
  return new URL(link).searchParams.get('flow') ?? '';
}

function textOf(body: JsonValue): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}

const COMPARED = ['location', 'link', 'x-total-count'];

function normal(answer: Asked, known: (id: string) => string | undefined): Normal {
  const { headers } = answer;
  const clean = (text: string) => cleanText(text, known);
  return {
    status: answer.status,
    headers: {
      type: headers['content-type']?.split(';')[0] ?? '',
      allow: (headers.allow ?? '').split(', ').sort().join(', '),
      ...Object.fromEntries(COMPARED.map((name) => [name, clean(headers[name] ?? '')])),
    },
    body: cleanValue(answer.body, clean),
  };
}

function cleanText(text: string, known: (id: string) => string | undefined): string {
  if (text.startsWith('# HELP ')) return '<metrics>';
  return text
    .replace(/page_token=(?!0{8})[0-9a-f-]{36}/g, 'page_token=<token>')
    .replace(UUID, (id) => (id === NIL ? id : (known(id) ?? '<uuid>')))
    .replace(TIME, '<time>')
    .replace(/token=[\w-]{32}$/, 'token=<token>');
}

const SECRET: Readonly<Record<string, string>> = { recovery_code: '<code>', hashed_password: '<hash>' };

function cleanValue(value: JsonValue, clean: (text: string) => string): JsonValue {
  if (typeof value === 'string') return clean(value);
  if (Array.isArray(value)) return value.map((item: JsonValue) => cleanValue(item, clean));
  if (!isObject(value)) return value;
  const cleaned: Record<string, JsonValue> = {};
  for (const [key, content] of Object.entries(value)) {
    if (key === 'debug') continue;
    cleaned[key] = SECRET[key] ?? cleanValue(content, clean);
    if (key === 'reason' && typeof content === 'string') cleaned[key] = sortedLines(content);
    if (key === 'recovery_link' && 'recovery_code' in value) cleaned[key] = '<recovery page>';
  }
  return cleaned;
}

/** The validator names violations in no fixed order. */
function sortedLines(reason: string): string {
  return reason.split('\n').sort().join('\n');
}
