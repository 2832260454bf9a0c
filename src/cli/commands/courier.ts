import type { CourierMessage } from '../../kratos/types/courier.ts';
import { age } from '../age.ts';
import { remote } from '../command.ts';
import { FORMATS } from '../format.ts';
import type { View } from '../output.ts';

export const courier = [
  remote({
    words: ['courier', 'list'],
    summary: 'lists the newest messages to users (Kratos v0.11 or later)',
    arguments: {},
    flags: {},
    formats: FORMATS,
    run: async ({ api, output, signal, now, tell }) => {
      const { items, nextPageToken } = await api.listCourierMessages({ signal });
      await output.many(viewOf(now), items);
      if (nextPageToken !== undefined) await tell(`there are older ones than these ${items.length}`);
    },
  }),
];

/** Bodies and subjects hold codes and links that let in. */
function viewOf(now: number): View<CourierMessage> {
  return {
    plural: 'messages',
    id: ({ id }) => id,
    raw: (message) => message,
    columns: [
      { title: 'ID', cell: ({ id }) => id },
      { title: 'STATUS', cell: ({ status }) => status },
      { title: 'TYPE', cell: ({ type }) => type },
      { title: 'RECIPIENT', cell: ({ recipient }) => recipient },
      { title: 'TEMPLATE', cell: ({ template_type: template }) => template },
      { title: 'TRIES', cell: ({ send_count: count }) => `${count}` },
      { title: 'CREATED', cell: ({ created_at: time }) => age(time, now) },
    ],
  };
}
