import { isDeepStrictEqual } from 'node:util';
import { API_VERSION, KIND, readyCondition } from '../../src/model/resource.ts';
import { NotSeen } from '../until.ts';
import type { Chapter } from './chapter.ts';

const RIVAL = 'second-admin';

export const conflict: Chapter = {
  title: 'Two resources want one e-mail address',
  why: 'The second gets nothing: no identity, no way to the first one. Its status says so, and names nobody.',
  play: async (scene) => {
    const { timeline } = scene;
    const before = await scene.identity('admin');
    await scene.create({
      apiVersion: API_VERSION,
      kind: KIND,
      metadata: { name: RIVAL },
      spec: { schemaId: 'default', traits: { email: 'admin@example.org' } },
    });
    timeline.say('you', RIVAL, "apply a manifest with admin's e-mail address");
    const refused = await scene.see('Conflict', RIVAL, () => {
      const resource = scene.resources.get(RIVAL);
      const ready = resource === undefined ? undefined : readyCondition(resource);
      return ready?.reason === 'Conflict' ? ready : undefined;
    });
    timeline.say('operator', RIVAL, `Ready ${refused.status}, ${refused.reason}:`, refused.message);
    await scene.remove(RIVAL);
    timeline.say('you', RIVAL, 'delete it again');
    await scene.gone(RIVAL);
    if (!isDeepStrictEqual(await scene.identity('admin'), before))
      throw new NotSeen("admin's identity is not what it was before the conflict");
    timeline.say('Kratos', 'admin', 'the identity is exactly what it was before');
  },
};
