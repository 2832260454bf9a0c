import type { JsonObject } from '../../model/json.ts';
import { isMultiple } from './big-float.ts';
import { allOf, FINE, type Judged, objection, type Place } from './judged.ts';

export function judgeNumber(schema: JsonObject, value: number, { pointer }: Place): Judged {
  const { multipleOf } = schema;
  const fits = typeof multipleOf !== 'number' || isMultiple(value, multipleOf);
  return allOf([
    judgeBound(value, lowerBound(schema), pointer),
    judgeBound(value, upperBound(schema), pointer),
    ...exclusiveBounds(schema).map((bound) => judgeBound(value, bound, pointer)),
    fits ? FINE : objection(pointer, 'multipleOf', `must be a multiple of ${multipleOf}`),
  ]);
}

interface Bound {
  readonly keyword: string;
  readonly limit: number;
  readonly words: string;
  readonly holds: (value: number, limit: number) => boolean;
}

function judgeBound(value: number, bound: Bound | undefined, pointer: string): Judged {
  if (bound === undefined || bound.holds(value, bound.limit)) return FINE;
  return objection(pointer, bound.keyword, `must be ${bound.words} ${bound.limit}`);
}

/** In draft 4 `exclusiveMinimum: true` makes `minimum` an exclusive one. */
function lowerBound({ minimum, exclusiveMinimum }: JsonObject): Bound | undefined {
  if (typeof minimum !== 'number') return undefined;
  return exclusiveMinimum === true ? above(minimum) : atLeast(minimum);
}

function upperBound({ maximum, exclusiveMaximum }: JsonObject): Bound | undefined {
  if (typeof maximum !== 'number') return undefined;
  return exclusiveMaximum === true ? under(maximum) : atMost(maximum);
}

function exclusiveBounds({ exclusiveMinimum, exclusiveMaximum }: JsonObject): Bound[] {
  return [
    ...(typeof exclusiveMinimum === 'number' ? [above(exclusiveMinimum)] : []),
    ...(typeof exclusiveMaximum === 'number' ? [under(exclusiveMaximum)] : []),
  ];
}

function atLeast(limit: number): Bound {
  return { keyword: 'minimum', limit, words: 'at least', holds: (value) => value >= limit };
}

function atMost(limit: number): Bound {
  return { keyword: 'maximum', limit, words: 'at most', holds: (value) => value <= limit };
}

function above(limit: number): Bound {
  return { keyword: 'exclusiveMinimum', limit, words: 'more than', holds: (value) => value > limit };
}

function under(limit: number): Bound {
  return { keyword: 'exclusiveMaximum', limit, words: 'less than', holds: (value) => value < limit };
}
