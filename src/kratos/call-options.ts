/** What every operation takes beside its own arguments. */
export interface CallOptions {
  /** Ends the call: it rejects `aborted`, and a mutation that may have been sent has the outcome `unknown`. */
  readonly signal?: AbortSignal | undefined;
}
