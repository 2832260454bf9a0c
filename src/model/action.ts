/** What a successful effect was; the closed set that is counted. */
export const ACTIONS = [
  'created',
  'adopted',
  'updated',
  'deleted',
  'retained',
  'deactivated',
  'recovery_issued',
  'recovery_expired',
] as const;

export type Action = (typeof ACTIONS)[number];
