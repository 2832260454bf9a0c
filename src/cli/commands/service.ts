import { FEATURES, type Feature } from '../../kratos/probe.ts';
import { remote } from '../command.ts';
import { detailsText, rowOf, tableText } from '../table.ts';

/** The first release of each, and what it is. */
const ABOUT: Readonly<Record<Feature, readonly [since: string, what: string]>> = {
  state: ['v0.8', 'state on create and update'],
  metadata: ['v0.10', 'metadata_public and metadata_admin'],
  patch: ['v0.11', 'JSON Patch on an identity'],
  batch: ['v0.13', 'many creations in one request, --identifier'],
  ids: ['v1.1', 'page tokens, --ids'],
  listCredentials: ['v1.2', 'include_credential on lists'],
  organizations: ['v25.4', 'the organization_id filter'],
  externalIds: ['v25.4', 'external_id, --external-id'],
  recoveryCode: ['v0.11', 'recovery codes, and switched on'],
  recoveryLink: ['v0.5', 'recovery links, and switched on'],
};

export const service = [
  remote({
    words: ['version'],
    summary: "tells Kratos' version",
    arguments: {},
    flags: {},
    formats: ['table', 'json', 'yaml'],
    run: async ({ api, output, signal, tell }) => {
      const version = await api.getVersion({ signal });
      if (output.format !== 'table') return output.document({ version });
      if (version === '') return tell('this Kratos does not tell its version: see capabilities');
      return output.details([['KRATOS', version]], version, version);
    },
  }),

  remote({
    words: ['capabilities'],
    summary: 'finds out what this Kratos has, by requests that change nothing',
    arguments: {},
    flags: {},
    formats: ['table', 'json', 'yaml'],
    run: async ({ api, server, output, signal }) => {
      const dialect = await server.dialect();
      const version = await api.getVersion({ signal });
      // One after the other, as the operator asks.
      const found: (readonly [Feature, boolean])[] = [];
      for (const feature of FEATURES) found.push([feature, await server.has(feature)]);
      if (output.format !== 'table') {
        return output.document({ dialect, version, features: Object.fromEntries(found) });
      }
      const rows = found.map(([feature, has]) => rowOf(COLUMNS, { feature, has }));
      const titles = COLUMNS.map(({ title }) => title);
      const head = detailsText([
        ['DIALECT', dialect],
        ['VERSION', version === '' ? 'not told' : version],
      ]);
      return output.text(`${head}\n${tableText(titles, rows, undefined)}`);
    },
  }),

  remote({
    words: ['metrics'],
    summary: "prints Kratos' own metrics, in the format of Prometheus",
    arguments: {},
    flags: {},
    formats: [],
    run: async ({ api, output, signal }) => output.text(await api.prometheus({ signal })),
  }),
];

interface Found {
  readonly feature: Feature;
  readonly has: boolean;
}

const COLUMNS = [
  { title: 'FEATURE', cell: ({ feature }: Found) => feature },
  { title: 'HAS IT', cell: ({ has }: Found) => (has ? 'yes' : 'no') },
  { title: 'SINCE', cell: ({ feature }: Found) => ABOUT[feature][0] },
  { title: 'WHAT', cell: ({ feature }: Found) => ABOUT[feature][1] },
];
