import { inspect } from 'node:util';
import { expect } from 'vitest';

/** Marks of what no error may show: the token, what was sent, what came back. */
export const CANARY = {
  token: 'CANARY-of-the-token',
  request: 'CANARY-of-the-request',
  answer: 'CANARY-of-the-answer',
} as const;

/** Fails where any way of printing an error shows one of the marks. */
export function expectNoCanary(error: Error): void {
  const printed = [
    error.message,
    String(error),
    error.stack ?? '',
    JSON.stringify(error),
    JSON.stringify(Object.getOwnPropertyDescriptors(error)),
    inspect(error, { depth: 20, showHidden: true, getters: true }),
    `${inspect(error.cause)}`,
  ];
  for (const text of printed) expect(text).not.toMatch(/CANARY/i);
}
