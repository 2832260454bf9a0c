import { duration, type Read } from '../../settings.ts';
import { span } from '../age.ts';
import { type Argument, id, type Option, remote } from '../command.ts';
import type { Detail } from '../table.ts';

const ID = { name: 'ID', read: id, help: 'id of the identity' } as const satisfies Argument;

const EXPIRES_IN = {
  kind: 'option',
  name: 'expires-in',
  value: 'D',
  read: lifetime,
  help: 'how long it is good for, as 30m or 1h30m; what Kratos is configured for by default',
} as const satisfies Option;

const FORMATS = ['table', 'json', 'yaml'] as const;
const subject = ({ id }: { readonly id: string }) => `identity ${id}`;

export const recovery = [
  remote({
    words: ['recovery', 'link'],
    summary: 'makes a link that lets its holder into an account, once',
    arguments: { id: ID },
    flags: { expiresIn: EXPIRES_IN },
    formats: FORMATS,
    subject,
    run: async ({ api, output, signal, now }, { id, expiresIn }) => {
      const minted = await api.createRecoveryLink(bodyOf(id, expiresIn), { signal });
      const details: Detail[] = [['LINK', minted.link.reveal()], expiry(minted.expiresAt, now)];
      await output.details(details, id, minted.raw.reveal());
    },
  }),

  remote({
    words: ['recovery', 'code'],
    summary: 'makes a code to enter on a page, for the same (Kratos v0.11 or later)',
    arguments: { id: ID },
    flags: { expiresIn: EXPIRES_IN },
    formats: FORMATS,
    subject,
    run: async ({ api, output, signal, now }, { id, expiresIn }) => {
      const minted = await api.createRecoveryCode(bodyOf(id, expiresIn), { signal });
      const details: Detail[] = [
        ['LINK', minted.link.reveal()],
        ['CODE', minted.code.reveal()],
        expiry(minted.expiresAt, now),
      ];
      await output.details(details, id, minted.raw.reveal());
    },
  }),
];

function bodyOf(identityId: string, expiresIn: string | undefined) {
  return { identity_id: identityId, ...(expiresIn === undefined ? {} : { expires_in: expiresIn }) };
}

function expiry(at: number | undefined, now: number): Detail {
  return ['EXPIRES', at === undefined ? undefined : `${new Date(at).toISOString()} (in ${span(at - now)})`];
}

/** Kratos takes the text as it is. */
function lifetime(text: string): Read<string> {
  const read = duration(1_000)(text);
  return 'problem' in read ? read : { value: text };
}
