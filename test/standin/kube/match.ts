/** What tests and faults can tell requests apart by. */
export interface RequestFacts {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly watch: boolean;
}

/** Which requests are meant; what is left out matches everything. */
export interface RequestMatch {
  readonly method?: string;
  readonly path?: RegExp;
  readonly watch?: boolean;
}

export function matches(match: RequestMatch, request: RequestFacts): boolean {
  return (
    (match.method === undefined || match.method === request.method) &&
    (match.path === undefined || match.path.test(request.path)) &&
    (match.watch === undefined || match.watch === request.watch)
  );
}
