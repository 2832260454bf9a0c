import type { JsonObject, JsonValue } from '../../model/json.ts';
import type { Judged, Place } from './judged.ts';

/** What the judges of one kind of value need of the whole. */
export interface Judge {
  judge(schema: JsonValue | undefined, value: JsonValue, place: Place): Judged;
  /** A keyword of a schema, `undefined` also where its draft does not know it. */
  read(schema: JsonObject, keyword: string): JsonValue | undefined;
  /** `undefined` where versions of Kratos differ. */
  matches(pattern: string, text: string): boolean | undefined;
  /** Notes what could not be judged. */
  doubt(about: string): Judged;
  /** Counts work that grows with what users write. */
  spend(work: number): void;
}
