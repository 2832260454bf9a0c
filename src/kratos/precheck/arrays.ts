import type { JsonObject, JsonValue } from '../../model/json.ts';
import { anyOf } from './combined.ts';
import { atLeast, atMost } from './expectation.ts';
import type { Judge } from './judge.ts';
import { allOf, below, FINE, type Judged, objection, type Place } from './judged.ts';
import { listOf } from './keywords.ts';
import { isUnique } from './unique.ts';

export function judgeArray(
  schema: JsonObject,
  value: readonly JsonValue[],
  place: Place,
  run: Judge,
): Judged {
  return allOf([
    ...judgeCount(schema, value, place),
    ...judgeItems(schema, value, place, run),
    judgeContains(schema, value, place, run),
  ]);
}

function judgeCount(schema: JsonObject, { length }: readonly JsonValue[], { pointer }: Place): Judged[] {
  const { minItems, maxItems } = schema;
  const few = typeof minItems === 'number' && length < minItems;
  const many = typeof maxItems === 'number' && length > maxItems;
  return [
    few ? objection(pointer, 'minItems', atLeast(minItems, 'item')) : FINE,
    many ? objection(pointer, 'maxItems', atMost(maxItems, 'item')) : FINE,
  ];
}

function judgeItems(schema: JsonObject, value: readonly JsonValue[], place: Place, run: Judge): Judged[] {
  const { pointer } = place;
  const judged: Judged[] = [];
  if (schema.uniqueItems === true && !isUnique(value)) {
    judged.push(objection(pointer, 'uniqueItems', 'must not have an item twice'));
  }
  const { items, additionalItems: rest } = schema;
  const first = Array.isArray(items) ? listOf(items) : undefined;
  if (first !== undefined && rest === false && value.length > first.length) {
    judged.push(objection(pointer, 'additionalItems', atMost(first.length, 'item')));
  }
  for (const [index, item] of value.entries()) {
    const isRest = first !== undefined && index >= first.length;
    if (isRest && typeof rest === 'boolean') break;
    const [part, token] = isRest ? [rest, 'additionalItems'] : itemSchema(items, first, index);
    judged.push(run.judge(part, item, below(place, String(index), token)));
  }
  return judged;
}

function itemSchema(
  items: JsonValue | undefined,
  first: readonly JsonValue[] | undefined,
  index: number,
): readonly [JsonValue | undefined, string] {
  return first === undefined ? [items, 'items'] : [first[index], String(index)];
}

function judgeContains(schema: JsonObject, value: readonly JsonValue[], place: Place, run: Judge): Judged {
  const wanted = run.read(schema, 'contains');
  if (wanted === undefined) return FINE;
  if (value.length === 0) return objection(place.pointer, 'contains', atLeast(1, 'item'));
  return anyOf(value.map((item, index) => run.judge(wanted, item, below(place, String(index), 'contains'))));
}
