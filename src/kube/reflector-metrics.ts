/** How a watch came to its end, by the server or by us. */
export type WatchResult = 'ended' | 'cut' | 'corrupt' | 'expired' | 'error';

/** Why a collection is listed once more: its version is gone, cannot be read on from, is refused, or fails again and again; or it was asked for. */
export type RelistReason = 'expired' | 'corrupt' | 'refused' | 'failing' | 'asked';

/** What a reflector tells of itself. */
export interface ReflectorMetrics {
  listed(): void;
  /** A list will be made although there was one. */
  relisted(reason: RelistReason): void;
  watched(result: WatchResult): void;
  event(type: string): void;
  /** For logs; a lasting trouble is told once a minute. */
  failed(error: Error): void;
}
