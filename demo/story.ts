import { change } from './chapters/change.ts';
import type { Chapter } from './chapters/chapter.ts';
import { conflict } from './chapters/conflict.ts';
import { deletion } from './chapters/deletion.ts';
import { drift } from './chapters/drift.ts';
import { manifests } from './chapters/manifests.ts';
import { recovery } from './chapters/recovery.ts';
import { steady } from './chapters/steady.ts';
import type { Scene } from './scene.ts';

/** Each begins where the one before ended. */
const CHAPTERS: readonly Chapter[] = [manifests, change, drift, recovery, conflict, steady, deletion];

/** Plays everything between the operator's start and its end; rejects at the first thing that does not happen. */
export async function playStory(scene: Scene): Promise<void> {
  for (const { title, why, play } of CHAPTERS) {
    scene.timeline.chapter(title, why);
    await play(scene);
  }
}
