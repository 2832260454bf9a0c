import { traitsOf } from '../kratos.ts';
import type { Chapter } from './chapter.ts';

export const change: Chapter = {
  title: 'A manifest changes',
  why: 'The identity follows; status says of which generation it speaks.',
  play: async (scene) => {
    const { timeline } = scene;
    const changed = await scene.change('admin', { traits: { name: { first: 'Augusta' } } });
    timeline.say('you', 'admin', 'traits.name.first: Ada → Augusta');
    await scene.settled(changed);
    const name = await scene.see('changed trait in Kratos', 'admin', async () => {
      const traits = JSON.stringify(traitsOf(await scene.identity('admin')).name);
      return traits === '{"first":"Augusta"}' ? traits : undefined;
    });
    timeline.say(
      'operator',
      'admin',
      `updated and Ready, generation ${changed.metadata.generation} observed`,
    );
    timeline.say('Kratos', 'admin', `traits.name is ${name}`);
  },
};
