import { describe, expect, it, test } from 'vitest';
import { refusalOf, violationsOf } from '../../src/kratos/refusal.ts';
import { valueAt } from '../../src/model/pointer.ts';
import { recorded, VERSIONS } from '../fixtures/kratos/recorded.ts';

function fault(reason: string, message = 'The request was malformed or contained invalid parameters') {
  return { reason, message };
}

/** Where and which keyword. */
function violations(...lines: readonly string[]) {
  return placesOf(lines.join('\n'));
}

function placesOf(reason: string) {
  return violationsOf(fault(reason)).map(({ pointer, keyword }) => ({ pointer, keyword }));
}

describe('violations', () => {
  test.each(VERSIONS)('%s: leaf failures only, each once, in a stable order', (version) => {
    const { body } = recorded(version, 'create invalid traits');
    const reason = valueAt(body, ['error', 'reason']);
    expect(placesOf(typeof reason === 'string' ? reason : '')).toEqual([
      { pointer: '/traits', keyword: 'additionalProperties' },
      { pointer: '/traits/email', keyword: 'format' },
      { pointer: '/traits/name/first', keyword: 'maxLength' },
    ]);
  });

  it("keep the server's own words, and show them to nobody who does not ask", () => {
    const [found] = violationsOf(fault('I[#/traits/a] S[#/x/format] "no address" is not valid "email"'));
    expect(found?.message.reveal()).toBe('"no address" is not valid "email"');
    expect(JSON.stringify(found)).not.toContain('no address');
  });

  it('undoes the URL escapes of a pointer and keeps its own', () => {
    const found = violations(
      'I[#/traits/first%20name/a~1b] S[#/properties/traits/properties/x/type] expected string',
    );
    expect(found).toEqual([{ pointer: '/traits/first name/a~1b', keyword: 'type' }]);
  });

  it('keeps a pointer whose escapes are broken as it came', () => {
    expect(violations('I[#/traits/100%] S[#/type] expected')).toEqual([
      { pointer: '/traits/100%', keyword: 'type' },
    ]);
  });

  it('reads schema pointers into other documents', () => {
    const found = violations(
      'I[#/traits/a] S[https://example.test/defs.json#/definitions/a/pattern] does not match',
    );
    expect(found).toEqual([{ pointer: '/traits/a', keyword: 'pattern' }]);
  });

  it('takes a sibling after a nested failure for a leaf of its own', () => {
    const found = violations(
      'I[#/traits] S[#/properties/traits] validation failed',
      '  I[#/traits/a] S[#/properties/traits/properties/a] validation failed',
      '    I[#/traits/a] S[#/properties/traits/properties/a/minLength] length must be >= 3, but got 1',
      '  I[#/traits/b] S[#/properties/traits/properties/b/type] expected string, but got null',
    );
    expect(found).toEqual([
      { pointer: '/traits/a', keyword: 'minLength' },
      { pointer: '/traits/b', keyword: 'type' },
    ]);
  });

  it('does not mistake a quoted value for a failure', () => {
    const quoted = '"I[#/traits/b] S[#/x/type] forged"';
    expect(violations(`I[#/traits/a] S[#/x/format] ${quoted} is not valid "email"`)).toEqual([
      { pointer: '/traits/a', keyword: 'format' },
    ]);
  });
});

describe('refusals', () => {
  it.each([
    ['I[#/traits/a] S[#/x/const] value must be "Unable to find JSON Schema ID: x"', 'traits'],
    ['I[#/traits/a] S[#/x/const] value must be "json: unknown field \\"state\\""', 'traits'],
    ['identity state is not valid', 'other'],
    ['Invalid UUID value `An error occured when applying the JSON patch` for parameter `ids`.', 'other'],
  ])('are not fooled by values that a reason quotes: %s', (reason, refusal) => {
    expect(refusalOf(fault(reason))).toBe(refusal);
  });
});
