import type { RemoteError } from '../model/errors.ts';
import type { JsonValue } from '../model/json.ts';
import { failureOfEntry } from './errors.ts';
import { type BatchCreateEntry, readBatchCreateAnswer } from './types/identity.ts';

/** What became of one creation of a batch. */
export type BatchOutcome =
  | { readonly kind: 'created'; readonly id: string }
  /** `invalid` or `conflict`; nothing was made of it. */
  | { readonly kind: 'refused'; readonly error: RemoteError };

const ASKED = { operation: 'PATCH identities', method: 'PATCH' } as const;

/** The outcomes of a batch of so many creations, in their order; `undefined` where the answer does not speak of each. */
export function readBatch(body: JsonValue | undefined, count: number): readonly BatchOutcome[] | undefined {
  const entries = readBatchCreateAnswer(body)?.identities ?? [];
  const outcomes = entries.map(outcomeOf).filter((outcome) => outcome !== undefined);
  const made = outcomes.flatMap((outcome) => (outcome.kind === 'created' ? [outcome.id] : []));
  // One identity for two creations would be believed by both.
  const distinct = new Set(made).size === made.length;
  return outcomes.length === count && entries.length === count && distinct ? outcomes : undefined;
}

function outcomeOf(entry: BatchCreateEntry | null): BatchOutcome | undefined {
  if (entry?.action === 'create') return { kind: 'created', id: entry.identity };
  const refusal = entry === null ? undefined : failureOfEntry(ASKED, entry.error);
  return refusal && { kind: 'refused', error: refusal };
}
