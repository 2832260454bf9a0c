import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { isObject, type JsonObject, type JsonValue } from '../../src/model/json.ts';
import { type Normal, Replay, type Step, type Target } from './kratos-replay.ts';

/** The releases that were recorded. */
export type RecordedVersion = '0.5.5' | '1.0.0' | '1.3.1' | '26.2.0';

export const recordedVersions: readonly RecordedVersion[] = ['0.5.5', '1.0.0', '1.3.1', '26.2.0'];

/** The step whose answer holds every identity. */
const LIST_ALL = 'list default';

/** Every recorded request, sent to a target in a fresh state, must be answered as the recorded server answered it. */
export function kratosSuite(version: RecordedVersion, name: string, start: () => Promise<Target>): void {
  const steps = recordedSteps(version);
  const all = listedInAll(steps);

  describe(`${name} answers as Kratos ${version} was recorded to`, () => {
    const listed = new Map<string, JsonObject>();
    let replay: Replay;

    beforeAll(async () => {
      replay = new Replay(await start());
    });

    for (const step of steps) {
      const title = `${step.name}: ${step.request.method} ${step.request.path}`;
      test(`${title} is ${step.response.status}`, async () => {
        const { actual, expected } = await replay.ask(step);
        if (step.name === LIST_ALL) for (const item of itemsOf(expected.body)) listed.set(idOf(item), item);
        if (isWindow(step, expected, all)) expectWindow(actual, expected, listed);
        else expect(ordered(actual)).toEqual(ordered(expected));
      });
    }
  });
}

function recordedSteps(version: RecordedVersion): readonly Step[] {
  const file = new URL(`../fixtures/recordings/kratos-${version}.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly steps: readonly Step[] }).steps;
}

/** How many identities the recording's full list has. */
function listedInAll(steps: readonly Step[]): number {
  return itemsOf(steps.find(({ name }) => name === LIST_ALL)?.response.body ?? []).length;
}

/** A page of an unfiltered list: which identities it shows depends on their random ids. */
function isWindow(step: Step, expected: Normal, all: number): boolean {
  const { path } = step.request;
  const paged =
    /[?&](?:page|page_size|per_page)=/.test(path) && !/[?&](?:ids|credentials_identifier)=/.test(path);
  return paged && Array.isArray(expected.body) && expected.body.length > 0 && expected.body.length < all;
}

/** Same status, headers and length; each item is one of the full list, and none comes twice. */
function expectWindow(actual: Normal, expected: Normal, listed: ReadonlyMap<string, JsonObject>): void {
  const items = itemsOf(actual.body);
  expect({ ...actual, body: items.length }).toEqual({ ...expected, body: itemsOf(expected.body).length });
  expect(items).toEqual(items.map((item) => listed.get(idOf(item))));
  expect(new Set(items.map(idOf)).size).toBe(items.length);
}

/** Lists of everything come in the order of random ids: compared as sets. */
function ordered(answer: Normal): Normal {
  const items = itemsOf(answer.body);
  if (items.length === 0 || items.some((item) => typeof item.id !== 'string')) return answer;
  return { ...answer, body: items.toSorted((left, right) => idOf(left).localeCompare(idOf(right))) };
}

function itemsOf(body: JsonValue): readonly JsonObject[] {
  return Array.isArray(body) ? body.filter(isObject) : [];
}

function idOf(item: JsonObject): string {
  return typeof item.id === 'string' ? item.id : '';
}
