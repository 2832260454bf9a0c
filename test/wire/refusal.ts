import { expect } from 'vitest';
import { RemoteError } from '../../src/model/errors.ts';

/** The `RemoteError` with which a promise rejects. */
export async function refusal(promise: Promise<unknown>): Promise<RemoteError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(RemoteError);
  return error as RemoteError;
}
