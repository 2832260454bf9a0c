import type { JsonObject, JsonValue } from '../../../src/model/json.ts';
import { type KubeObject, stringAt } from './object.ts';
import type { Column, Resource } from './resource.ts';

const nameColumn: Column = {
  name: 'Name',
  type: 'string',
  priority: 0,
  cell: (object) => stringAt(object.metadata, 'name'),
};

const ageColumn: Column = {
  name: 'Age',
  type: 'date',
  priority: 0,
  cell: (object) => stringAt(object.metadata, 'creationTimestamp'),
};

/** The `Table` that `kubectl get` prints. */
export function tableOf(
  resource: Resource,
  objects: readonly KubeObject[],
  metadata: JsonObject,
  now: number,
): JsonObject {
  const columns = columnsOf(resource);
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: columns.map(({ name, type, priority }) => ({
      name,
      type,
      format: name === 'Name' ? 'name' : '',
      description: name,
      priority,
    })),
    rows: objects.map((object) => ({
      cells: columns.map((column) => cellOf(column, object, now)),
      object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
    })),
  };
}

/** A CRD's columns stand for themselves; the server's own resources always have an age. */
function columnsOf(resource: Resource): readonly Column[] {
  const custom = !resource.strategicMerge;
  const withAge = custom && resource.columns.length > 0 ? resource.columns : [...resource.columns, ageColumn];
  return [nameColumn, ...withAge];
}

function cellOf(column: Column, object: KubeObject, now: number): JsonValue {
  const value = column.cell(object);
  if (column.type !== 'date' || typeof value !== 'string') return value;
  const seconds = Math.max(0, Math.floor((now - Date.parse(value)) / 1000));
  return Number.isNaN(seconds) ? '<invalid>' : duration(seconds);
}

/** As kubectl says durations, to the nearest useful unit. */
function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (seconds < 120) return `${seconds}s`;
  if (minutes < 10) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`;
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours}h` : `${Math.floor(hours / 24)}d`;
}
