import type { RE2JS } from 're2js';
import { isObject, type JsonObject, type JsonValue } from '../../model/json.ts';
import { draftOf, type RuleBreaker } from './draft.ts';
import { type Draft, membersOf, subschemas } from './keywords.ts';
import { compiledPattern } from './pattern.ts';

/** A schema that Kratos can use, with what can be found out before any traits are seen. */
export interface Prepared {
  readonly root: JsonObject;
  readonly draft: Draft;
  /** What each `$ref` leads to; those that lead out of the document are missing. */
  readonly references: ReadonlyMap<string, JsonValue>;
  /** Without those that are good for some versions of Kratos only. */
  readonly patterns: ReadonlyMap<string, RE2JS>;
}

/** Why Kratos cannot use a schema. Never leaves this folder. */
export class UnusableError extends Error {
  override readonly name = 'UnusableError';
}

/** Throws `UnusableError`. `root` comes from `wireValue`. */
export function prepare(root: JsonObject, breaker: RuleBreaker): Prepared {
  const draft = draftOf(root);
  if (draft === undefined) throw new UnusableError('its $schema is none that Kratos knows');
  const references = new Map<string, JsonValue>();
  const patterns = new Map<string, RE2JS>();
  const seen = new Set<JsonValue>();
  const check = (part: JsonValue, where: string) => {
    const broken = breaker(draft, part);
    if (broken !== undefined)
      throw new UnusableError(`${where} breaks the rules of draft ${draft} at ${broken}`);
  };
  check(root, 'it');

  const open: JsonValue[] = [root];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    if (!isObject(part) || seen.has(part)) continue;
    seen.add(part);
    if (typeof part.$ref === 'string') {
      const target = resolved(root, part.$ref);
      if (target === undefined) continue;
      check(target, `what ${part.$ref} leads to`);
      references.set(part.$ref, target);
      open.push(target);
      continue;
    }
    for (const pattern of patternsOf(part)) {
      const compiled = compiledPattern(pattern);
      if (compiled === undefined) throw new UnusableError('it has a pattern that RE2 cannot run');
      if (compiled !== 'unknown') patterns.set(pattern, compiled);
    }
    if (isMisplaced(part['ory.sh/kratos'])) throw new UnusableError('ory.sh/kratos is not an object');
    for (const below of subschemas(part, draft)) open.push(below);
  }
  return { root, draft, references, patterns };
}

/** References into the same document; others are `undefined`, as nothing is ever loaded. Throws `UnusableError`. */
function resolved(root: JsonObject, reference: string): JsonValue | undefined {
  if (['', '#', '#/'].includes(reference)) return root;
  if (!reference.startsWith('#/')) return undefined;
  let found: JsonValue | undefined = root;
  for (const part of reference.slice(2).split('/')) {
    const key = decoded(part.replaceAll('~1', '/').replaceAll('~0', '~'));
    if (Array.isArray(found)) found = /^\+?\d+$/.test(key ?? '') ? found[Number(key)] : undefined;
    else found = isObject(found) && key !== undefined ? found[key] : undefined;
  }
  if (found === undefined) throw new UnusableError(`${reference} leads nowhere`);
  return found;
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

function patternsOf(schema: JsonObject): string[] {
  const own = typeof schema.pattern === 'string' ? [schema.pattern] : [];
  return [...own, ...Object.keys(membersOf(schema.patternProperties))];
}

function isMisplaced(extension: JsonValue | undefined): boolean {
  return extension !== undefined && extension !== null && !isObject(extension);
}
