import type { JsonObject } from '../../../src/model/json.ts';

/** Names a resource in errors. */
export interface ResourceName {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
}

/** One violation, as `details.causes` lists it. */
export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

/** A refusal, with the `Status` body that the real API server would send. */
export class ApiError extends Error {
  readonly status: number;
  readonly body: JsonObject;

  constructor(status: number, reason: string, message: string, details?: JsonObject) {
    super(message);
    this.status = status;
    this.body = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      ...(reason === '' ? {} : { reason }),
      ...(details === undefined ? {} : { details }),
      code: status,
    };
  }
}

/** The `Status` body of a failure that has nothing more to say than its code. */
export function failure(status: number): JsonObject {
  const reason = reasons[status] ?? 'InternalError';
  return new ApiError(status, reason, `the stand-in was told to answer ${status}`).body;
}

const reasons: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  422: 'Invalid',
  429: 'TooManyRequests',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

export function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message);
}

/** What the real server says for mistakes that it did not foresee: no reason at all. */
export function internal(message: string): ApiError {
  return new ApiError(500, '', message);
}

export function unauthorized(): ApiError {
  return new ApiError(401, 'Unauthorized', 'Unauthorized');
}

export function forbidden(of: ResourceName, name: string, why: string, causes?: readonly Cause[]): ApiError {
  const what = name === '' ? qualified(of) : `${qualified(of)} "${name}"`;
  return new ApiError(403, 'Forbidden', `${what} is forbidden: ${why}`, details(of, name, of.plural, causes));
}

export function notFound(of: ResourceName, name: string): ApiError {
  return new ApiError(404, 'NotFound', `${qualified(of)} "${name}" not found`, details(of, name, of.plural));
}

/** A resource that the group does not have. */
export function unknownResource(): ApiError {
  return new ApiError(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function methodNotAllowed(): ApiError {
  const message = 'the server does not allow this method on the requested resource';
  return new ApiError(405, 'MethodNotAllowed', message, {});
}

export function alreadyExists(of: ResourceName, name: string, deleting: boolean): ApiError {
  const message = `${deleting ? 'object is being deleted: ' : ''}${qualified(of)} "${name}" already exists`;
  return new ApiError(409, 'AlreadyExists', message, details(of, name, of.plural));
}

export function modified(of: ResourceName, name: string): ApiError {
  const why = 'the object has been modified; please apply your changes to the latest version and try again';
  return conflict(of, name, of.plural, qualified(of), why);
}

export function uidMismatch(of: ResourceName, name: string, wanted: string, found: string): ApiError {
  const why = `Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${found}`;
  return conflict(of, name, of.plural, qualified(of), why);
}

/** A failed precondition of a DELETE; the real server names the kind here, not the resource. */
export function preconditionFailed(of: ResourceName, name: string, why: string): ApiError {
  return conflict(of, name, of.kind, qualifiedKind(of), why);
}

export function expired(message: string): ApiError {
  return new ApiError(410, 'Expired', message);
}

export function unsupportedMediaType(accepted: readonly string[]): ApiError {
  const message = 'the body of the request was in an unknown format - accepted media types include: ';
  return new ApiError(415, 'UnsupportedMediaType', message + accepted.join(', '));
}

export function invalid(of: ResourceName, name: string, causes: readonly Cause[]): ApiError {
  const lines = causes.map((cause) => `${cause.field}: ${cause.message}`);
  const list = lines.length === 1 ? lines.join() : `[${lines.join(', ')}]`;
  const message = `${qualifiedKind(of)} "${name}" is invalid: ${list}`;
  return new ApiError(422, 'Invalid', message, details(of, name, of.kind, causes));
}

/** A JSON Patch that could not be carried out, a failed `test` among them. */
export function patchNotApplied(): ApiError {
  return new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
}

export function revisionTooLarge(wanted: number, current: number): ApiError {
  const message = `Timeout: Too large resource version: ${wanted}, current: ${current}`;
  return new ApiError(504, 'Timeout', message, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}

function conflict(of: ResourceName, name: string, kind: string, what: string, why: string): ApiError {
  const message = `Operation cannot be fulfilled on ${what} "${name}": ${why}`;
  return new ApiError(409, 'Conflict', message, details(of, name, kind));
}

function details(of: ResourceName, name: string, kind: string, causes?: readonly Cause[]): JsonObject {
  return {
    ...(name === '' ? {} : { name }),
    ...(of.group === '' ? {} : { group: of.group }),
    kind,
    ...(causes === undefined ? {} : { causes: causes.map((cause) => ({ ...cause })) }),
  };
}

function qualified(of: ResourceName): string {
  return of.group === '' ? of.plural : `${of.plural}.${of.group}`;
}

function qualifiedKind(of: ResourceName): string {
  return of.group === '' ? of.kind : `${of.kind}.${of.group}`;
}
