import type { Clock } from '../../../src/model/clock.ts';
import { isObject, type JsonObject, type JsonValue } from '../../../src/model/json.ts';
import { authenticate, authorize, authorizePath, type Tokens } from './auth.ts';
import type { Catalog } from './catalog.ts';
import { namespaces } from './core.ts';
import { discover } from './discovery.ts';
import { listPage } from './list.ts';
import { isDeleting, type KubeObject } from './object.ts';
import { formOf, presentList, presentOne } from './present.ts';
import type { PatchType, Registry, Target, WriteOptions } from './registry.ts';
import type { Resource, Verb } from './resource.ts';
import { parseRoute, type Route, verbOf } from './route.ts';
import { filterOf } from './selector.ts';
import { badRequest, methodNotAllowed, unknownResource, unsupportedMediaType } from './status.ts';
import type { Storage } from './storage.ts';
import { readWatch, type WatchRequest } from './watch.ts';

/** One request, read completely. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  readonly impersonate: string | undefined;
  readonly accept: string | undefined;
  readonly contentType: string;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  /** Text is sent as `text/plain`. */
  readonly body: JsonObject | string;
  readonly warnings?: readonly string[];
}

export interface ApiParts {
  readonly storage: Storage;
  readonly registry: Registry;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly tokens: Tokens | undefined;
}

const pageNotFound: Answer = { status: 404, body: '404 page not found\n' };

/** The API server without its sockets: a request in, an answer or a watch to be served out. Refusals are thrown as `ApiError`. */
export class Api {
  readonly #parts: ApiParts;

  constructor(parts: ApiParts) {
    this.#parts = parts;
  }

  handle(request: ApiRequest): Answer | WatchRequest {
    const { catalog, tokens } = this.#parts;
    const user = authenticate(tokens, request.authorization, request.impersonate);
    const route = parseRoute(request.path);
    if (route === undefined) {
      authorizePath(user, request.path);
      return this.#plain(request.path);
    }
    const verb = verbOf(request.method, route, isWatch(request.query));
    if (verb === undefined) throw methodNotAllowed();
    authorize(user, verb, route);
    const resource = catalog.find(route.group, route.version, route.plural);
    if (resource === undefined) {
      if (catalog.isBuiltinGroup(route.group)) throw unknownResource();
      return pageNotFound;
    }
    if (!isServed(resource, verb, route)) {
      if (!resource.strategicMerge) return pageNotFound;
      throw methodNotAllowed();
    }
    return this.#dispatch(request, verb, { ...route, resource });
  }

  #plain(path: string): Answer {
    if (/^\/(healthz|livez|readyz)$/.test(path)) return { status: 200, body: 'ok' };
    const found = discover(this.#parts.catalog, path);
    return found === undefined ? pageNotFound : { status: 200, body: found };
  }

  #dispatch(request: ApiRequest, verb: Verb, target: Target): Answer | WatchRequest {
    const { resource, namespace } = target;
    const { query } = request;
    switch (verb) {
      case 'get':
        return this.#answer(request, target, this.#parts.registry.get(target));
      case 'list':
        return this.#list(request, target);
      case 'watch':
        return readWatch(resource, namespace, query, formOf(request.accept));
      case 'delete':
        return this.#delete(request, target);
      case 'deletecollection':
        return this.#deleteCollection(request, target);
      case 'create':
      case 'update':
      case 'patch':
        return this.#write(request, verb, target);
    }
  }

  #list({ query, accept }: ApiRequest, { resource, namespace }: Target): Answer {
    const { storage, clock } = this.#parts;
    const { items, metadata } = listPage(storage, resource, namespace, query);
    return { status: 200, body: presentList(resource, items, metadata, formOf(accept), clock.now()) };
  }

  #write(request: ApiRequest, verb: Verb, target: Target): Answer {
    const { registry } = this.#parts;
    const warnings: string[] = [];
    const options: WriteOptions = {
      fieldValidation: request.query.get('fieldValidation') ?? '',
      warn: (text) => warnings.push(text),
    };
    const existed = registry.find(target) !== undefined;
    const written = this.#carryOut(request, verb, target, options);
    const status = verb === 'create' || !existed ? 201 : 200;
    return { ...this.#answer(request, target, written), status, warnings };
  }

  #carryOut(request: ApiRequest, verb: Verb, target: Target, options: WriteOptions): KubeObject {
    const { registry } = this.#parts;
    if (verb === 'patch') {
      return registry.patch(
        target,
        patchType(target.resource, request.contentType),
        parse(request.body),
        options,
      );
    }
    checkJson(request.contentType);
    const body = parse(request.body);
    if (verb === 'create') return registry.create(target, body, options);
    if (target.name === '') throw badRequest('name must be provided');
    if (target.subresource === 'finalize') return registry.finalize(target);
    return registry.replace(target, body, options);
  }

  #delete(request: ApiRequest, target: Target): Answer {
    const options = request.body === '' ? {} : parse(request.body);
    const object = this.#parts.registry.delete(target, isObject(options) ? options : {});
    const { resource, name } = target;
    if (isDeleting(object) || resource.plural === namespaces.plural)
      return this.#answer(request, target, object);
    const group = resource.group === '' ? {} : { group: resource.group };
    const details = { name, ...group, kind: resource.plural, uid: object.metadata.uid };
    return {
      status: 200,
      body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details },
    };
  }

  #deleteCollection(request: ApiRequest, { resource, namespace }: Target): Answer {
    const { storage, registry, clock } = this.#parts;
    const filter = filterOf(resource, namespace, request.query);
    const chosen = storage.list(resource.collection).filter(filter);
    for (const { metadata } of chosen) {
      registry.delete({ resource, namespace: metadata.namespace, name: metadata.name, subresource: '' });
    }
    const metadata = { resourceVersion: String(storage.revision) };
    return { status: 200, body: presentList(resource, chosen, metadata, 'object', clock.now()) };
  }

  #answer({ accept }: ApiRequest, { resource }: Target, object: KubeObject): Answer {
    return { status: 200, body: presentOne(resource, object, formOf(accept), this.#parts.clock.now()) };
  }
}

export function isWatch(query: URLSearchParams): boolean {
  return !['', '0', 'false'].includes(query.get('watch') ?? '');
}

function isServed(resource: Resource, verb: Verb, route: Route): boolean {
  if (!resource.verbs.includes(verb)) return false;
  if (route.subresource === 'finalize') return resource.plural === namespaces.plural && verb === 'update';
  if (route.subresource !== '') {
    return resource.hasStatus && route.subresource === 'status' && ['get', 'patch', 'update'].includes(verb);
  }
  if (!resource.namespaced) return route.namespace === '';
  return route.namespace !== '' || verb === 'list' || verb === 'watch';
}

function patchType(resource: Resource, contentType: string): PatchType {
  switch (contentType) {
    case 'application/merge-patch+json':
      return 'merge-patch';
    case 'application/json-patch+json':
      return 'json-patch';
    case 'application/strategic-merge-patch+json':
      if (resource.strategicMerge) return 'strategic-merge-patch';
      break;
  }
  throw unsupportedMediaType(['application/json-patch+json', 'application/merge-patch+json']);
}

function checkJson(contentType: string): void {
  if (contentType !== '' && contentType !== 'application/json')
    throw unsupportedMediaType(['application/json']);
}

function parse(body: string): JsonValue {
  try {
    return JSON.parse(body);
  } catch {
    throw badRequest("couldn't get version/kind; json parse error");
  }
}
