import { isRemote, type RemoteError, toError } from '../model/errors.ts';
import type { Advice } from './advice.ts';
import { span } from './age.ts';
import { escaped } from './escape.ts';
import { UsageError } from './usage-error.ts';

/** For scripts. `interrupted` is what a shell says of Ctrl-C. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  conflict: 4,
  unavailable: 5,
  interrupted: 130,
} as const;

/** How a command that failed ends. */
export interface Failure {
  readonly code: number;
  /** For the person: what is wrong, and what to do next. */
  readonly lines: readonly string[];
}

/** What was asked for and of whom, as far as it helps to tell. */
export interface Circumstances {
  /** As in "Kratos has no …". */
  readonly subject: string | undefined;
  readonly advice: Pick<Advice, 'expectation'> | undefined;
  readonly interrupted: boolean;
}

/** Whatever was thrown, as an exit code and sentences. Texts of the server are escaped. */
export function failureOf(thrown: unknown, circumstances: Circumstances): Failure {
  if (isRemote(thrown)) return remoteFailure(thrown, circumstances);
  if (circumstances.interrupted) return { code: EXIT.interrupted, lines: ['error: interrupted'] };
  if (thrown instanceof UsageError) {
    return { code: EXIT.usage, lines: thrown.problems.map((problem) => `error: ${problem}`) };
  }
  return { code: EXIT.failed, lines: [`error: ${escaped(toError(thrown).message)}`] };
}

function remoteFailure(error: RemoteError, circumstances: Circumstances): Failure {
  const lines = [`error: ${escaped(sentenceOf(error, circumstances))}`];
  if (error.violations.length > 0) lines.push(...violationLines(error, circumstances.advice));
  else if (error.words !== undefined && error.words.reveal() !== '') {
    lines.push(`Kratos says: ${escaped(error.words.reveal())}`);
  }
  if (error.madeId !== undefined) {
    lines.push(`${escaped(error.madeId)} was made, although the answer could not be read in whole`);
  } else if (error.outcome === 'unknown') {
    lines.push('it may have been carried out: look before you repeat it');
  }
  return { code: codeOf(error, circumstances), lines };
}

function codeOf({ code }: RemoteError, { interrupted }: Circumstances): number {
  if (code === 'aborted' || interrupted) return EXIT.interrupted;
  if (code === 'notFound') return EXIT.notFound;
  if (code === 'conflict') return EXIT.conflict;
  return code === 'unavailable' ? EXIT.unavailable : EXIT.failed;
}

/** One line each: where, what the schema asks for, and the server's words. */
function violationLines({ violations }: RemoteError, advice: Circumstances['advice']): string[] {
  return violations.map(({ pointer, keyword, message }) => {
    const expectation = advice?.expectation(pointer, keyword);
    const parts = [`${pointer} (${keyword})`, expectation, message.reveal()];
    return `  ${escaped(parts.filter((part) => part !== undefined).join(': '))}`;
  });
}

function sentenceOf(error: RemoteError, { subject = 'such thing', interrupted }: Circumstances): string {
  const { needs, status } = error;
  const answered = status === undefined ? '' : ` (${status})`;
  if (interrupted) return 'interrupted';
  switch (error.code) {
    case 'notFound':
      // v0.5 answers 200 and nothing for one kind of flow.
      return `Kratos has no ${subject}${status === 200 ? '' : answered}`;
    case 'invalid':
      return `${refusalOf(error)}${answered}`;
    case 'conflict':
      return `another identity has one of these identifiers, addresses or external ids already${answered}`;
    case 'denied':
      if (needs !== undefined) return `denied${answered}: it needs ${needs}`;
      return `denied${answered}: is the token in --kratos-token-file the right one?`;
    case 'methodDisabled':
      return `this way of recovery is switched off in the configuration of Kratos${answered}`;
    case 'unsupported':
      if (needs !== undefined) return `this Kratos cannot do that: it needs ${needs}`;
      return `this Kratos has no such route${answered}: see capabilities`;
    case 'expired':
      return `the ${subject} has ended${answered}`;
    case 'tooLarge':
      if (status === 413) return 'what was sent is too large for Kratos or a proxy before it (413)';
      return 'the answer is too large: ask for fewer with --page-size';
    case 'unavailable':
      return `unavailable: ${troubleOf(error)}`;
    case 'unexpected':
      return `unexpected answer${answered}: is --kratos-admin-url the admin port of Kratos, or does a proxy answer?`;
    case 'aborted':
      return 'interrupted';
  }
}

function refusalOf({ refusal }: RemoteError): string {
  switch (refusal) {
    case 'traits':
      return 'Kratos refuses the traits';
    case 'schemaUnknown':
      return 'Kratos has no schema with this schema_id: see schemas list';
    case 'fieldUnknown':
      return 'this Kratos does not know a field of what was sent: see capabilities';
    case 'patchNotApplied':
      return 'the patch cannot be applied: a path of it leads nowhere, or an operation is none of add, remove and replace';
    case 'concurrentUpdate':
      return 'somebody else changed it at the same moment: try again';
    case 'other':
    case undefined:
      return 'Kratos refuses the request';
  }
}

const IS_IT_UP = 'is --kratos-admin-url right, and is Kratos up?';
const IS_IT_TRUSTED =
  'is --kratos-ca-file the CA of Kratos, and --kratos-admin-url a name in its certificate?';
const SPEAKS_TLS = 'does --kratos-admin-url begin with the right one of http and https?';

/** Codes of the platform, in words, and what to look at. */
const TROUBLES: ReadonlyMap<string, readonly [what: string, next: string]> = new Map([
  ['ECONNREFUSED', ['connection refused', IS_IT_UP]],
  ['ENOTFOUND', ['no such host', IS_IT_UP]],
  ['EAI_AGAIN', ['the name cannot be looked up', IS_IT_UP]],
  ['EHOSTUNREACH', ['no way to the host', IS_IT_UP]],
  ['ENETUNREACH', ['no way to the network', IS_IT_UP]],
  ['ETIMEDOUT', ['no connection in time', IS_IT_UP]],
  ['UND_ERR_CONNECT_TIMEOUT', ['no connection in time', IS_IT_UP]],
  ['DEADLINE', ['no answer in time', 'is Kratos busy, or its database?']],
  ['ECONNRESET', ['connection closed', SPEAKS_TLS]],
  ['UND_ERR_SOCKET', ['connection closed', SPEAKS_TLS]],
  ['EPROTO', ['no TLS', SPEAKS_TLS]],
  ['HPE_INVALID_CONSTANT', ['no HTTP', SPEAKS_TLS]],
]);

function troubleOf({ trouble, status, retryAfterMs }: RemoteError): string {
  if (status !== undefined) {
    const next = retryAfterMs === undefined ? 'try again later' : `try again in ${span(retryAfterMs)}`;
    return `Kratos, or a proxy before it, is in trouble (${status}): ${next}`;
  }
  if (trouble === undefined) return `no answer: ${IS_IT_UP}`;
  const [what, next] =
    TROUBLES.get(trouble) ??
    (/CERT|TLS|SSL|SIGN/.test(trouble) ? ['TLS', IS_IT_TRUSTED] : ['no answer', IS_IT_UP]);
  return `${what} (${trouble}): ${next}`;
}
