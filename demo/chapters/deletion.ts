import { NotSeen } from '../until.ts';
import type { Chapter } from './chapter.ts';

export const deletion: Chapter = {
  title: 'Deletion follows the policy',
  why: 'With Delete, the default, the identity goes with its resource; with Retain it outlives it.',
  play: async (scene) => {
    const { timeline, servers } = scene;
    const ids = { deleted: scene.identityId('ci-robot'), retained: scene.identityId('auditor') };
    for (const name of ['ci-robot', 'auditor']) {
      await scene.remove(name);
      timeline.say('you', name, 'delete the resource');
    }
    await scene.gone('ci-robot');
    if ((await servers.kratos.read(ids.deleted)) !== undefined)
      throw new NotSeen(`the resource ci-robot is gone, but Kratos still has its identity ${ids.deleted}`);
    timeline.say('Kratos', 'ci-robot', `deletionPolicy Delete: identity ${ids.deleted} is gone`);
    await scene.gone('auditor');
    if ((await servers.kratos.read(ids.retained)) === undefined)
      throw new NotSeen(`the identity ${ids.retained} of auditor is gone, though the policy is Retain`);
    timeline.say('Kratos', 'auditor', `deletionPolicy Retain: identity ${ids.retained} stays`);
  },
};
