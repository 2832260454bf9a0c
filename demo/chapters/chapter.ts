import type { Scene } from '../scene.ts';

/** A part of the story. */
export interface Chapter {
  readonly title: string;
  /** In a few words, what the reader is about to see. */
  readonly why: string;
  /** Says each thing after it was seen; rejects where it was not. */
  readonly play: (scene: Scene) => Promise<void>;
}
