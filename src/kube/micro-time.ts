/** Kubernetes' MicroTime, which has exactly six fractional digits; the API server refuses `toISOString()`'s three. */
export function microTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('Z', '000Z');
}
