import type { JsonObject, JsonValue } from '../../model/json.ts';
import type { Judge } from './judge.ts';
import { allOf, DOUBT, FINE, fails, holds, type Judged, objection, type Place } from './judged.ts';
import { listOf } from './keywords.ts';

/** `not`, `allOf`, `anyOf`, `oneOf` and `if`: the same value under other schemas. */
export function judgeCombined(schema: JsonObject, value: JsonValue, place: Place, run: Judge): Judged {
  const judge = (part: JsonValue | undefined, token: string) =>
    run.judge(part, value, { pointer: place.pointer, token });
  const each = (keyword: string) =>
    listOf(run.read(schema, keyword)).map((part, index) => judge(part, String(index)));
  return allOf([
    judgeNot(run.read(schema, 'not'), judge, place),
    ...each('allOf'),
    anyOf(each('anyOf')),
    oneOf(each('oneOf'), place),
    judgeIf(schema, judge, run),
  ]);
}

type JudgePart = (part: JsonValue | undefined, token: string) => Judged;

function judgeNot(part: JsonValue | undefined, judge: JudgePart, { pointer }: Place): Judged {
  if (part === undefined) return FINE;
  const judged = judge(part, 'not');
  if (fails(judged)) return FINE;
  return holds(judged) ? objection(pointer, 'not', 'must not be what the schema excludes') : DOUBT;
}

/** At least one of the branches, if there are any. */
export function anyOf(branches: readonly Judged[]): Judged {
  if (branches.some(holds)) return FINE;
  return branches.every(fails) ? allOf(branches) : DOUBT;
}

function oneOf(branches: readonly Judged[], { pointer }: Place): Judged {
  const fitting = branches.filter(holds).length;
  if (fitting > 1) return objection(pointer, 'oneOf', 'must fit one of the alternatives only');
  if (!branches.every((branch) => holds(branch) || fails(branch))) return DOUBT;
  return fitting === 1 ? FINE : allOf(branches);
}

function judgeIf(schema: JsonObject, judge: JudgePart, run: Judge): Judged {
  const condition = run.read(schema, 'if');
  if (condition === undefined) return FINE;
  const judged = judge(condition, 'if');
  if (holds(judged)) return judge(run.read(schema, 'then'), 'then');
  return fails(judged) ? judge(run.read(schema, 'else'), 'else') : DOUBT;
}
