import { type Command, choice, local } from '../command.ts';
import { completion } from '../completion.ts';
import { courier } from './courier.ts';
import { errors } from './errors.ts';
import { flows } from './flows.ts';
import { identities } from './identities.ts';
import { recovery } from './recovery.ts';
import { schemas } from './schemas.ts';
import { service } from './service.ts';
import { sessions } from './sessions.ts';

/** Every command there is: what is parsed, what help tells, what a shell completes. */
export const COMMANDS: readonly Command[] = [
  ...identities,
  ...recovery,
  ...schemas,
  ...flows,
  ...errors,
  ...sessions,
  ...courier,
  ...service,
  local({
    words: ['completion'],
    summary: 'prints a script that makes a shell complete all of this',
    arguments: { shell: { name: 'SHELL', ...choice('bash', 'zsh'), help: 'bash or zsh' } },
    flags: {},
    formats: [],
    run: ({ shell }) => completion(shell, COMMANDS),
  }),
];
