import { readFileSync } from 'node:fs';
import type { JsonValue } from '../../../src/model/json.ts';
import type { KratosVersion } from './version.ts';

/** An answer of a real server, base URLs as `http://admin` and `http://public`. */
export interface Recorded {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonValue;
}

interface Step {
  readonly name: string;
  readonly response: Recorded;
}

/** v0.10 was not recorded. */
const FILES: Readonly<Record<KratosVersion, string | undefined>> = {
  '0.5': 'kratos-0.5.5.json',
  '0.10': undefined,
  '1.0': 'kratos-1.0.0.json',
  '1.3': 'kratos-1.3.1.json',
  '26.2': 'kratos-26.2.0.json',
};

/** What a release was recorded to answer in the step of that name; `undefined` where that was not recorded. */
export function recorded(version: KratosVersion, step: string): Recorded | undefined {
  const file = FILES[version];
  if (file === undefined) return undefined;
  const text = readFileSync(new URL(`../../fixtures/recordings/${file}`, import.meta.url), 'utf8');
  const { steps } = JSON.parse(text) as { readonly steps: readonly Step[] };
  return steps.find(({ name }) => name === step)?.response;
}
