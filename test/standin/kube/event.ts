import { isDeepStrictEqual } from 'node:util';

import type { JsonObject } from '../../../src/model/json.ts';
import { fieldOf, type KubeObject, objectAt, stringAt } from './object.ts';
import { builtin, type Column, type Resource } from './resource.ts';
import type { Schema } from './schema.ts';
import type { Cause } from './status.ts';
import { invalidValue, required } from './validate.ts';

const text: Schema = { type: 'string' };
const microTime: Schema = { type: 'string', format: 'micro-time' };
const open: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

const schema: Schema = {
  properties: {
    eventTime: microTime,
    series: { type: 'object', properties: { count: { type: 'integer' }, lastObservedTime: microTime } },
    reportingController: text,
    reportingInstance: text,
    action: text,
    reason: text,
    regarding: open,
    related: open,
    note: text,
    type: text,
    deprecatedSource: open,
    deprecatedFirstTimestamp: text,
    deprecatedLastTimestamp: text,
    deprecatedCount: { type: 'integer' },
  },
};

const columns: readonly Column[] = [
  column('Last Seen', (event) => stringAt(event.series, 'lastObservedTime') || stringAt(event, 'eventTime')),
  column('Type', (event) => stringAt(event, 'type')),
  column('Reason', (event) => stringAt(event, 'reason')),
  column('Object', (event) => {
    const about = objectAt(event, 'regarding');
    return `${stringAt(about, 'kind').toLowerCase()}/${stringAt(about, 'name')}`;
  }),
  column('Message', (event) => stringAt(event, 'note')),
];

/** Events as writers send them. */
export const events: Resource = builtin(
  { group: 'events.k8s.io', version: 'v1', plural: 'events', kind: 'Event' },
  schema,
  {
    shortNames: ['ev'],
    createOnUpdate: true,
    columns,
    validate: validateEvent,
    selectable: (event) => selectable(event, 'regarding'),
  },
);

/** The same events as `kubectl describe` and `kubectl get events` read them; read-only here. */
export const coreEvents: Resource = {
  ...events,
  group: '',
  shortNames: ['ev'],
  verbs: ['get', 'list', 'watch', 'delete'],
  selectable: (event) => selectable(event, 'involvedObject'),
  present: (event) => ({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: event.metadata,
    involvedObject: objectAt(event, 'regarding'),
    reason: stringAt(event, 'reason'),
    message: stringAt(event, 'note'),
    source: {},
    firstTimestamp: null,
    lastTimestamp: null,
    type: stringAt(event, 'type'),
    eventTime: stringAt(event, 'eventTime'),
    ...('series' in event ? { series: objectAt(event, 'series') } : {}),
    action: stringAt(event, 'action'),
    reportingComponent: stringAt(event, 'reportingController'),
    reportingInstance: stringAt(event, 'reportingInstance'),
  }),
};

function column(name: string, cell: (event: JsonObject) => string): Column {
  return { name, type: 'string', priority: 0, cell };
}

function selectable(event: JsonObject, subject: string): Record<string, string> {
  const fields = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];
  const about = fields.map((field) => [`${subject}.${field}`, stringAt(event.regarding, field)]);
  return {
    ...Object.fromEntries(about),
    reason: stringAt(event, 'reason'),
    type: stringAt(event, 'type'),
    reportingComponent: stringAt(event, 'reportingController'),
    reportingController: stringAt(event, 'reportingController'),
  };
}

/** Field names are those of core/v1 (`message` for `note`), because the real server validates its internal form. */
function validateEvent(event: KubeObject, previous: KubeObject | undefined): readonly Cause[] {
  if (previous !== undefined) return changedCauses(event, previous);
  return [
    ...(stringAt(event, 'eventTime') === '' ? [required('eventTime')] : []),
    ...controllerCauses(stringAt(event, 'reportingController')),
    ...requiredText(event, 'reportingInstance'),
    ...requiredText(event, 'action'),
    ...requiredText(event, 'reason'),
    ...(['Normal', 'Warning'].includes(stringAt(event, 'type'))
      ? []
      : [invalidValue('type', '', `has invalid value: ${stringAt(event, 'type')}`)]),
    ...(Buffer.byteLength(stringAt(event, 'note')) > 1024
      ? [invalidValue('message', '', 'can have at most 1024 characters')]
      : []),
    ...seriesCauses(event),
    ...namespaceCauses(event),
    ...('deprecatedCount' in event ? [invalidValue('count', '', 'needs to be unset')] : []),
    ...(stringAt(event.deprecatedSource, 'component') === ''
      ? []
      : [invalidValue('source', '', 'needs to be unset')]),
  ];
}

function changedCauses(event: KubeObject, previous: KubeObject): readonly Cause[] {
  const changed = Object.keys({ ...previous, ...event }).filter(
    (field) =>
      field !== 'metadata' &&
      field !== 'series' &&
      !isDeepStrictEqual(fieldOf(event, field), fieldOf(previous, field)),
  );
  return [
    ...changed.map((field) =>
      invalidValue(field === 'note' ? 'message' : field, fieldOf(event, field) ?? null, 'field is immutable'),
    ),
    ...seriesCauses(event),
  ];
}

function controllerCauses(controller: string): readonly Cause[] {
  if (controller === '') return [required('reportingController')];
  const qualified = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
  return qualified.test(controller)
    ? []
    : [invalidValue('reportingController', controller, 'name part must consist of alphanumeric characters')];
}

function requiredText(event: JsonObject, field: string): readonly Cause[] {
  const value = stringAt(event, field);
  if (value === '') return [required(field)];
  return Buffer.byteLength(value) > 128 ? [invalidValue(field, '', 'can have at most 128 characters')] : [];
}

function seriesCauses(event: JsonObject): readonly Cause[] {
  if (!('series' in event)) return [];
  const series = objectAt(event, 'series');
  const { count } = series;
  return [
    ...(typeof count === 'number' && count >= 2
      ? []
      : [invalidValue('series.count', '', 'should be at least 2')]),
    ...(stringAt(series, 'lastObservedTime') === '' ? [required('series.lastObservedTime')] : []),
  ];
}

/** What is cluster-scoped has its events in these two namespaces; a wrong namespace, however, is taken. */
function namespaceCauses(event: KubeObject): readonly Cause[] {
  const about = stringAt(event.regarding, 'namespace');
  if (about !== '' || ['default', 'kube-system'].includes(event.metadata.namespace)) return [];
  return [invalidValue('involvedObject.namespace', '', 'does not match event.namespace')];
}
