import type { CallOptions } from '../call-options.ts';
import { type Page, type PageQuery, pageBy } from '../pages.ts';
import type { Server } from '../server.ts';
import {
  type CourierMessage,
  type CourierMessageStatus,
  readCourierMessage,
  readCourierMessages,
} from '../types/courier.ts';
import { theOne } from './asked.ts';
import { withPage } from './query.ts';

interface ListMessagesOptions extends PageQuery, CallOptions {
  readonly status?: CourierMessageStatus | undefined;
  /** Exactly this address or number. */
  readonly recipient?: string | undefined;
}

/** Messages to users; their bodies hold codes and links. Sources: ory/kratos courier/handler.go. */
export function courierOperations(server: Server) {
  return {
    /** `GET /courier/messages`, 200: one page, the newest first; v0.11 and later, else `unsupported`. */
    async listCourierMessages(options: ListMessagesOptions = {}): Promise<Page<CourierMessage>> {
      const { status, recipient, signal } = options;
      return server.ports.lists.ask({
        operation: 'GET courier messages',
        method: 'GET',
        path: withPage((await server.paths()).messages, options, { status, recipient }),
        since: 'Kratos v0.11 or later (courier messages)',
        expect: 200,
        signal,
        read: pageBy(readCourierMessages),
      });
    },

    /** `GET /courier/messages/{id}`, 200; v0.11.1 and later, else `unsupported`. Rejects `notFound`. */
    async getCourierMessage(id: string, { signal }: CallOptions = {}): Promise<CourierMessage> {
      const path = (await server.paths()).message(id);
      const call = { operation: 'GET courier message', method: 'GET', path, about: 'one', signal } as const;
      const since = 'Kratos v0.11.1 or later (a courier message)';
      return server.ports.admin.ask({ ...call, since, expect: 200, read: theOne(id, readCourierMessage) });
    },
  };
}
