import { fieldOf, type KubeObject, objectAt } from './object.ts';
import type { Resource } from './resource.ts';
import { badRequest } from './status.ts';

export type Filter = (object: KubeObject) => boolean;

/** What a list, watch or deletecollection is about; throws 400 for selectors that mean nothing. */
export function filterOf(resource: Resource, namespace: string, query: URLSearchParams): Filter {
  const labels = labelFilter(query.get('labelSelector') ?? '');
  const fields = fieldFilter(resource, query.get('fieldSelector') ?? '');
  return (object) =>
    (namespace === '' || object.metadata.namespace === namespace) && labels(object) && fields(object);
}

export function hasSelector(query: URLSearchParams): boolean {
  return (query.get('labelSelector') ?? '') !== '' || (query.get('fieldSelector') ?? '') !== '';
}

const name = '[A-Za-z0-9](?:[-A-Za-z0-9_./]*[A-Za-z0-9])?';
const setBased = new RegExp(`^(${name})\\s+(in|notin)\\s+\\(([^()]*)\\)$`);
const equality = new RegExp(`^(${name})\\s*(==|=|!=)\\s*([-A-Za-z0-9_.]*)$`);
const existence = new RegExp(`^(!?)\\s*(${name})$`);

function labelFilter(selector: string): Filter {
  const requirements = selector.trim() === '' ? [] : selector.split(/,(?![^(]*\))/).map(labelRequirement);
  return (object) => requirements.every((holds) => holds(objectAt(object.metadata, 'labels')));
}

function labelRequirement(text: string): (labels: ReturnType<typeof objectAt>) => boolean {
  const set = setBased.exec(text.trim());
  if (set !== null) {
    const [, key = '', operator, list = ''] = set;
    const values = list.split(',').map((value) => value.trim());
    return (labels) => {
      const value = fieldOf(labels, key);
      const listed = typeof value === 'string' && values.includes(value);
      return operator === 'in' ? listed : !listed;
    };
  }
  const equal = equality.exec(text.trim());
  if (equal !== null) {
    const [, key = '', operator, value] = equal;
    return (labels) => (fieldOf(labels, key) === value) === (operator !== '!=');
  }
  const exists = existence.exec(text.trim());
  if (exists === null) throw badRequest(`unable to parse requirement: ${text}`);
  const [, negated, key = ''] = exists;
  return (labels) => (fieldOf(labels, key) !== undefined) === (negated === '');
}

function fieldFilter(resource: Resource, selector: string): Filter {
  const requirements = selector.split(',').filter((text) => text !== '');
  return requirements
    .map((text) => fieldRequirement(resource, text))
    .reduce(
      (all: Filter, one) => (object) => all(object) && one(object),
      () => true,
    );
}

function fieldRequirement(resource: Resource, text: string): Filter {
  const match = /^([^=!]+)(==|=|!=)(.*)$/.exec(text);
  if (match === null) throw badRequest(`invalid selector: '${text}'; can't understand '${text}'`);
  const [, field = '', operator, wanted] = match;
  const known = Object.keys(resource.selectable({}));
  if (![...known, 'metadata.name', 'metadata.namespace'].includes(field)) {
    throw badRequest(`field label not supported: ${field}`);
  }
  return (object) => {
    const own = { 'metadata.name': object.metadata.name, 'metadata.namespace': object.metadata.namespace };
    const found = { ...resource.selectable(object), ...own }[field];
    return (found === wanted) === (operator !== '!=');
  };
}
