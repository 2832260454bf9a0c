import { RemoteError } from '../../src/model/errors.ts';
import type { Capabilities } from '../../src/model/identity.ts';
import type { Kratos } from '../../src/reconcile/ports.ts';
import type { SimKratos } from './kratos.ts';
import { kratosPort } from './ports.ts';

/** What stands at the URL of Kratos: one server, then another, or something that answers in its place. */
export class Front {
  /** Set: the answer to every request. */
  trouble: RemoteError | undefined;
  server: SimKratos;
  reads = 0;
  /** Every request, answered or not. */
  requests = 0;
  readonly #answered: () => void;

  constructor(server: SimKratos, answered: () => void) {
    this.server = server;
    this.#answered = answered;
  }

  get port(): Kratos {
    const now = () => this.#now();
    const asked = (has: Capabilities) => this.#asked(has);
    return {
      probe: async () => now().probe(),
      ready: async () => now().ready(),
      createIdentity: async (has, wanted, mayStart) => {
        const target = asked(has);
        if (wanted.externalId !== undefined && !this.server.has.externalIds) throw UNKNOWN_FIELD;
        return target.createIdentity(has, wanted, mayStart);
      },
      getIdentity: async (has, id) => {
        this.reads += 1;
        return asked(has).getIdentity(has, id);
      },
      getIdentityByExternalId: async (has, id) => {
        const target = asked(has);
        if (!this.server.has.externalIds) throw NO_ROUTE;
        return target.getIdentityByExternalId(has, id);
      },
      findByIdentifier: async (has, value) => asked(has).findByIdentifier(has, value),
      listIdentities: (has) => asked(has).listIdentities(has),
      updateIdentity: async (has, current, change) => asked(has).updateIdentity(has, current, change),
      deleteIdentity: async (has, id) => asked(has).deleteIdentity(has, id),
      endSessions: async (has, id) => asked(has).endSessions(has, id),
      createRecoveryLink: async (has, id, s) => asked(has).createRecoveryLink(has, id, s),
      createRecoveryCode: async (has, id, s) => asked(has).createRecoveryCode(has, id, s),
      getSchema: async (has, id) => asked(has).getSchema(has, id),
    };
  }

  #now(): Kratos {
    this.requests += 1;
    if (this.trouble !== undefined) throw this.trouble;
    return kratosPort(this.server, async (_effect, call) => call(), this.#answered, true);
  }

  /** Asked as one generation, the other answers with its router's 404, or leads to its admin paths. */
  #asked({ dialect }: Capabilities): Kratos {
    const target = this.#now();
    const is = this.server.has.dialect;
    if (dialect === is) return target;
    throw is === 'classic' ? NO_ROUTE : REDIRECT;
  }
}

const NO_ROUTE = new RemoteError('kratos', { code: 'unsupported', outcome: 'none', status: 404 });
const REDIRECT = new RemoteError('kratos', { code: 'unexpected', outcome: 'none', status: 308 });
const UNKNOWN_FIELD = new RemoteError('kratos', {
  code: 'invalid',
  refusal: 'fieldUnknown',
  outcome: 'none',
  status: 400,
});
