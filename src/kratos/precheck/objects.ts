import type { JsonObject, JsonValue } from '../../model/json.ts';
import { asDependency, asOnly, asRequired, atLeast, atMost } from './expectation.ts';
import type { Judge } from './judge.ts';
import { allOf, below, DOUBT, escaped, FINE, type Judged, objection, type Place } from './judged.ts';
import { membersOf, textsOf } from './keywords.ts';
import { ODD_PATTERN } from './strings.ts';

export function judgeObject(schema: JsonObject, value: JsonObject, place: Place, run: Judge): Judged {
  return allOf([
    ...judgeCount(schema, Object.keys(value).length, place),
    judgeRequired(schema, value, place),
    ...judgeNames(schema, value, place, run),
    ...judgeMembers(schema, value, place, run),
    ...judgeDependencies(schema, value, place, run),
  ]);
}

function judgeCount(
  { minProperties, maxProperties }: JsonObject,
  count: number,
  { pointer }: Place,
): Judged[] {
  const few = typeof minProperties === 'number' && count < minProperties;
  const many = typeof maxProperties === 'number' && count > maxProperties;
  return [
    few ? objection(pointer, 'minProperties', atLeast(minProperties, 'member')) : FINE,
    many ? objection(pointer, 'maxProperties', atMost(maxProperties, 'member')) : FINE,
  ];
}

function judgeRequired(schema: JsonObject, value: JsonObject, { pointer }: Place): Judged {
  const missing = textsOf(schema.required).filter((name) => !Object.hasOwn(value, name));
  return missing.length === 0 ? FINE : objection(pointer, 'required', asRequired(missing));
}

function judgeNames(schema: JsonObject, value: JsonObject, place: Place, run: Judge): Judged[] {
  const names = run.read(schema, 'propertyNames');
  // Undocumented: names must be regular expressions.
  if (schema.regexProperties === true) return [DOUBT];
  if (names === undefined) return [];
  return Object.keys(value).map((name) => run.judge(names, name, below(place, name, 'propertyNames')));
}

/** Every member under each schema that is for it, and under that for the rest if there is none. */
function judgeMembers(schema: JsonObject, value: JsonObject, place: Place, run: Judge): Judged[] {
  const properties = membersOf(schema.properties);
  const patterns = Object.entries(membersOf(schema.patternProperties));
  const rest = schema.additionalProperties;
  const judged: Judged[] = [];
  let excess = false;
  for (const [name, member] of Object.entries(value)) {
    const judge = (part: JsonValue | undefined, token: string) =>
      judged.push(run.judge(part, member, below(place, name, token)));
    const verdicts = patterns.map(([pattern]) => run.matches(pattern, name));
    if (verdicts.includes(undefined)) return [run.doubt(ODD_PATTERN)];
    const matching = patterns.filter((_, index) => verdicts[index]);
    if (Object.hasOwn(properties, name)) judge(properties[name], escaped(name));
    for (const [pattern, part] of matching) judge(part, escaped(pattern));
    if (Object.hasOwn(properties, name) || matching.length > 0) continue;
    if (rest === false) excess = true;
    else judge(rest, 'additionalProperties');
  }
  const only = asOnly(Object.keys(properties), patterns.length > 0);
  if (excess) judged.push(objection(place.pointer, 'additionalProperties', only));
  return judged;
}

/** Kratos points at the name in the list that is missing, by its number. */
function judgeDependencies(schema: JsonObject, value: JsonObject, place: Place, run: Judge): Judged[] {
  const present = Object.entries(membersOf(schema.dependencies)).filter(([name]) =>
    Object.hasOwn(value, name),
  );
  return present.flatMap(([name, needed]) =>
    Array.isArray(needed)
      ? textsOf(needed).map((other, index) =>
          Object.hasOwn(value, other)
            ? FINE
            : objection(place.pointer, String(index), asDependency(other, name)),
        )
      : [run.judge(needed, value, { pointer: place.pointer, token: escaped(name) })],
  );
}
