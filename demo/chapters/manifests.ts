import { identitiesIn } from '../kube.ts';
import type { Chapter } from './chapter.ts';

export const manifests: Chapter = {
  title: 'Manifests become identities',
  why: 'What the samples declare is created in Kratos; the status of each resource names its identity.',
  play: async (scene) => {
    const { timeline, servers, samples } = scene;
    const created = [];
    for (const { file, name, manifest } of samples) {
      created.push(await scene.create(manifest));
      timeline.say('you', name, `apply ${file}`);
    }
    for (const resource of created) {
      const { name } = resource.metadata;
      await scene.settled(resource);
      await scene.identity(name);
      timeline.say('operator', name, `created and Ready, identity ${scene.identityId(name)}`);
    }
    timeline.detail('', '$ kubectl get kratosidentities');
    timeline.table(await servers.kube.table(identitiesIn(servers.namespace)));
  },
};
