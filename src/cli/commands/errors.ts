import type { ErrorPayload } from '../../kratos/types/error-payload.ts';
import { id, remote } from '../command.ts';
import { FORMATS } from '../format.ts';
import type { Detail } from '../table.ts';

export const errors = [
  remote({
    words: ['errors', 'get'],
    summary: 'shows the error that a user was shown on the error page',
    arguments: { id: { name: 'ID', read: id, help: 'id of the error' } },
    flags: {},
    formats: FORMATS,
    subject: ({ id }) => `error ${id}`,
    run: async ({ api, output, signal }, { id }) => {
      const error = await api.getSelfServiceError(id, { signal });
      const payloads = 'errors' in error ? error.errors : [error.error];
      await output.details([['ID', error.id], ...payloads.flatMap(detailsOf)], error.id, error);
    },
  }),
];

function detailsOf({ code, status, message, reason, debug }: ErrorPayload): Detail[] {
  return [
    ['CODE', code === undefined ? undefined : `${code}`],
    ['STATUS', status],
    ['MESSAGE', message],
    ['REASON', reason],
    ['DEBUG', debug],
  ];
}
