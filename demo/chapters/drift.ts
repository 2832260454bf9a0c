import type { JsonObject } from '../../src/model/json.ts';
import { objectOf } from '../fields.ts';
import { traitsOf } from '../kratos.ts';
import { RESYNC_S, type Scene } from '../scene.ts';
import { NotSeen } from '../until.ts';
import type { Chapter } from './chapter.ts';

export const drift: Chapter = {
  title: "Kratos is changed behind the operator's back",
  why: `Declared traits are enforced at each resync (every ${RESYNC_S} s here, 10 min by default); others are left alone.`,
  play: async (scene) => {
    const { timeline, servers } = scene;
    await servers.kratos.setTraits(scene.identityId('admin'), (traits) => ({
      ...traits,
      name: { first: 'Mallory', last: 'Lovelace' },
    }));
    timeline.say('someone', 'admin', 'sets in Kratos: name.first, which is declared, to "Mallory"');
    timeline.say('someone', 'admin', 'sets in Kratos: name.last, which is not, to "Lovelace"');
    const name = await scene.see('repaired trait in Kratos', 'admin', async () => {
      const now = await nameOf(scene);
      return now.first === 'Augusta' ? now : undefined;
    });
    timeline.say('operator', 'admin', 'drift repaired: name.first is "Augusta" again');
    if (name.last !== 'Lovelace')
      throw new NotSeen('name.last was not left alone, though nobody declared it');
    timeline.say('Kratos', 'admin', 'left alone: name.last is still "Lovelace"');
  },
};

async function nameOf(scene: Scene): Promise<JsonObject> {
  return objectOf(traitsOf(await scene.identity('admin')).name);
}
