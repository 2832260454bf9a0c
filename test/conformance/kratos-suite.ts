import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { isObject, type JsonObject, type JsonValue } from '../../src/model/json.ts';
import { type Normal, Replay, type Step, type Target } from './kratos-replay.ts';

/** The releases that were recorded. */
export type RecordedVersion = '0.5.5' | '1.0.0' | '1.3.1' | '26.2.0';

export const recordedVersions: readonly RecordedVersion[] = ['0.5.5', '1.0.0', '1.3.1', '26.2.0'];

/** The step whose answer holds every identity. */
const LIST_ALL = 'list default';

const FLOWS = ['login', 'registration', 'recovery', 'verification'];

/** Self-service flows are the users' own pages, which the operator never reads. */
const OUT_OF_SCOPE: readonly string[] = [
  'recovery flow of the link, public port',
  'recovery flow of the code, public port',
  ...FLOWS.flatMap((flow) => [
    `init ${flow} api flow`,
    `get ${flow} flow, public`,
    `get ${flow} flow missing, public`,
  ]),
  'error stub, public',
  'error missing, public',
];

/** On modern servers the admin port redirects these, which is compared; on v0.5 it serves the flows themselves. */
const OUT_OF_SCOPE_CLASSIC: readonly string[] = [
  'recovery flow of the link, admin port',
  ...FLOWS.flatMap((flow) => [`get ${flow} flow, admin`, `get ${flow} flow missing, admin`]),
  'get settings flow missing, admin',
  'error stub, admin',
  'error missing, admin',
];

/** Every recorded request, sent to a target in a fresh state, must be answered as the recorded server answered it. */
export function kratosSuite(version: RecordedVersion, name: string, start: () => Promise<Target>): void {
  const steps = recordedSteps(version);
  const skipped = new Set([...OUT_OF_SCOPE, ...(version === '0.5.5' ? OUT_OF_SCOPE_CLASSIC : [])]);
  const all = listedInAll(steps);

  describe(`${name} answers as Kratos ${version} was recorded to`, () => {
    const listed = new Map<string, JsonObject>();
    let replay: Replay;

    beforeAll(async () => {
      replay = new Replay(await start());
    });

    test('every recorded answer is compared, but for the listed self-service steps', () => {
      const unanswered = steps.filter(({ response }) => response === undefined).map((step) => step.name);
      expect(unanswered.filter((step) => !skipped.has(step))).toEqual([]);
      expect(steps.filter((step) => step.response !== undefined && skipped.has(step.name))).toEqual([]);
    });

    for (const step of steps) {
      const { response } = step;
      const title = `${step.name}: ${step.request.method} ${step.request.path}`;
      if (response === undefined) {
        test.skip(`${title} (a self-service flow)`);
        continue;
      }
      test(`${title} is ${response.status}`, async () => {
        const { actual, expected } = await replay.ask(step, response);
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
  return itemsOf(steps.find(({ name }) => name === LIST_ALL)?.response?.body ?? []).length;
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
