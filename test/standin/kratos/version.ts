/** The releases whose behaviour is told apart; each stands for its neighbours. */
export type KratosVersion = '0.5' | '0.10' | '1.0' | '1.3' | '26.2';

const ORDER: readonly KratosVersion[] = ['0.5', '0.10', '1.0', '1.3', '26.2'];

/** Whether a release is `first` or later. */
export function isSince(version: KratosVersion, first: KratosVersion): boolean {
  return ORDER.indexOf(version) >= ORDER.indexOf(first);
}

/** What differs between releases, as recorded from real servers (v0.10: as its source says). */
export interface Dialect {
  readonly version: KratosVersion;
  /** v0.9 and later: `/admin` prefix, `state`, metadata, lower-cased addresses, sessions. */
  readonly modern: boolean;
  /** What the admin port does with a path that lacks `/admin`: serves it, redirects to it, or rewrites it. */
  readonly unprefixed: 'own' | 'redirect' | 'rewrite';
  /** Version told by a build without a tag. */
  readonly versionText: string;
  readonly patch: 'absent' | 'merge' | 'replace';
  readonly batch: 'absent' | 'whole' | 'perItem';
  readonly batchLimit: number;
  /** A conflict in a batch of several rolls all of it back, although the other items are answered as created. */
  readonly batchRollsBack: boolean;
  /** A refused batch item tells its own reason, not only the generic one. */
  readonly batchReasons: boolean;
  readonly recoveryCode: boolean;
  /** The missing identity of a recovery link: 404 before v0.9, 400 since. */
  readonly linkMissing: 400 | 404;
  readonly ids: boolean;
  readonly identifierFilter: boolean;
  /** More than one filter in one list is refused. */
  readonly oneFilter: boolean;
  readonly listsShowAdminMetadata: boolean;
  readonly externalIds: boolean;
  readonly organizationId: boolean;
  /** `pages`: page 0 and page 1 are the same; `pages0`: 0-based; `keyset`: tokens, pages as a fallback. */
  readonly paging: 'pages' | 'pages0' | 'keyset';
  readonly totalCount: boolean;
  /** `error.code` of a create that does not decode; its HTTP status is 400 everywhere. */
  readonly decodeCode: 400 | 500;
  readonly absentTraits: 'broken' | 'empty';
  /** A conflicting create explains itself in `reason`. */
  readonly conflictReason: boolean;
  /** How a schema that cannot be used is told. */
  readonly schemaTrouble: 'internal' | 'misconfiguration';
  /** `Content-Type` of a schema document. */
  readonly schemaType: string;
  /** The router: which methods an `Allow` header adds and what a trailing slash does. */
  readonly router: 'httprouter' | 'servemux';
}

const V0_5: Dialect = {
  version: '0.5',
  modern: false,
  unprefixed: 'own',
  versionText: '',
  patch: 'absent',
  batch: 'absent',
  batchLimit: 0,
  batchRollsBack: false,
  batchReasons: false,
  recoveryCode: false,
  linkMissing: 404,
  ids: false,
  identifierFilter: false,
  oneFilter: false,
  listsShowAdminMetadata: false,
  externalIds: false,
  organizationId: false,
  paging: 'pages',
  totalCount: false,
  decodeCode: 500,
  absentTraits: 'broken',
  conflictReason: false,
  schemaTrouble: 'internal',
  schemaType: 'application/json',
  router: 'httprouter',
};

const V0_10: Dialect = {
  ...V0_5,
  version: '0.10',
  modern: true,
  unprefixed: 'redirect',
  versionText: 'master',
  linkMissing: 400,
  totalCount: true,
};

const V1_0: Dialect = {
  ...V0_10,
  version: '1.0',
  patch: 'merge',
  batch: 'whole',
  batchLimit: 2000,
  recoveryCode: true,
  identifierFilter: true,
  listsShowAdminMetadata: true,
  paging: 'pages0',
};

const V1_3: Dialect = {
  ...V1_0,
  version: '1.3',
  batch: 'perItem',
  batchRollsBack: true,
  ids: true,
  organizationId: true,
  paging: 'keyset',
  decodeCode: 400,
  absentTraits: 'empty',
  conflictReason: true,
};

const V26_2: Dialect = {
  ...V1_3,
  version: '26.2',
  unprefixed: 'rewrite',
  patch: 'replace',
  batchLimit: 1000,
  batchRollsBack: false,
  batchReasons: true,
  oneFilter: true,
  externalIds: true,
  schemaTrouble: 'misconfiguration',
  schemaType: 'application/json; charset=utf-8',
  router: 'servemux',
};

export const dialects: Readonly<Record<KratosVersion, Dialect>> = {
  '0.5': V0_5,
  '0.10': V0_10,
  '1.0': V1_0,
  '1.3': V1_3,
  '26.2': V26_2,
};
