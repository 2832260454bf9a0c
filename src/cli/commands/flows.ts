import type { AdminApi } from '../../kratos/admin-api.ts';
import type { CallOptions } from '../../kratos/call-options.ts';
import type { Flows } from '../../kratos/types/flow.ts';
import { age } from '../age.ts';
import { choice, id, remote } from '../command.ts';
import { FORMATS } from '../format.ts';

type Kind = keyof Flows;

const KINDS = ['login', 'registration', 'recovery', 'settings', 'verification'] as const satisfies Kind[];

export const flows = [
  remote({
    words: ['flows', 'get'],
    summary: 'shows a self-service flow',
    arguments: {
      kind: { name: 'KIND', ...choice(...KINDS), help: KINDS.join(', ') },
      id: { name: 'ID', read: id, help: 'id of the flow' },
    },
    flags: {},
    formats: FORMATS,
    subject: ({ kind, id }) => `${kind} flow ${id}`,
    run: async ({ api, output, signal, now }, { kind, id }) => {
      const flow = await flowOf(api, kind, id, { signal });
      await output.details(
        [
          ['ID', flow.id],
          ['TYPE', flow.type],
          ['STATE', 'state' in flow ? flow.state : undefined],
          ['METHOD', flow.active],
          ['ISSUED', age(flow.issued_at, now)],
          ['EXPIRES', age(flow.expires_at, now)],
        ],
        flow.id,
        flow,
      );
    },
  }),
];

function flowOf(api: AdminApi, kind: Kind, id: string, options: CallOptions): Promise<Flows[Kind]> {
  switch (kind) {
    case 'login':
      return api.getSelfServiceLoginFlow(id, options);
    case 'registration':
      return api.getSelfServiceRegistrationFlow(id, options);
    case 'recovery':
      return api.getSelfServiceRecoveryFlow(id, options);
    case 'settings':
      return api.getSelfServiceSettingsFlow(id, options);
    case 'verification':
      return api.getSelfServiceVerificationFlow(id, options);
  }
}
