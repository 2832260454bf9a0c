import type { RecoveryStatus } from '../../src/model/generated/kratosidentity.ts';
import { objectOf, textOf } from '../fields.ts';
import { secretsIn } from '../kube.ts';
import type { Scene } from '../scene.ts';
import type { Chapter } from './chapter.ts';

const NAME = 'grace';
const SHORT = { requestId: 'short-lived', expiresIn: '3s' };

export const recovery: Chapter = {
  title: 'A recovery link, its life and its end',
  why: 'A new colleague sets a password by it. What opens an account is in a Secret, and never printed here.',
  play: async (scene) => {
    const { timeline } = scene;
    const first = await issued(scene, 'first-day');
    timeline.say('operator', NAME, `issued for "first-day": ${wordsOf(first)}`, await secretWords(scene));

    // Where the link alone opens the account, it stays in the Secret.
    const output = first.method === 'Code' ? 'Status' : 'Secret';
    await scene.change(NAME, { recovery: { ...SHORT, output } });
    timeline.say('you', NAME, `a new requestId asks for another link, which lives for ${SHORT.expiresIn}`);
    const second = await issued(scene, SHORT.requestId);
    timeline.say(
      'operator',
      NAME,
      `issued for "${SHORT.requestId}": ${wordsOf(second)}`,
      await secretWords(scene),
    );

    await scene.see('end of the link', NAME, async () => {
      const { state, link } = recoveryOf(scene) ?? {};
      const isOver = state === 'Expired' && link === undefined && (await secretOf(scene)) === undefined;
      return isOver ? true : undefined;
    });
    const conditions = scene.resources.get(NAME)?.status?.conditions;
    const condition = conditions?.find(({ type }) => type === 'RecoveryReady');
    timeline.say(
      'operator',
      NAME,
      `expired: RecoveryReady ${condition?.status}, ${condition?.reason}`,
      'Secret gone, no link in status',
    );
  },
};

function issued(scene: Scene, requestId: string): Promise<RecoveryStatus> {
  return scene.see(`recovery link for ${requestId}`, NAME, () => {
    const status = recoveryOf(scene);
    return status?.requestId === requestId && status.state === 'Issued' ? status : undefined;
  });
}

/** Never the link itself. */
function wordsOf({ method, expiresAt, link }: RecoveryStatus): string {
  const seconds = Math.round((Date.parse(expiresAt ?? '') - Date.now()) / 1000);
  const time = seconds > 120 ? `${Math.round(seconds / 60)} min` : `${seconds} s`;
  return `method ${method}, valid for ${time}, ${link === undefined ? 'no link' : 'link'} in status`;
}

/** Of the Secret only the names of what it holds. */
async function secretWords(scene: Scene): Promise<string> {
  const secret = await secretOf(scene);
  if (secret === undefined) return 'no Secret';
  const keys = Object.keys(objectOf(secret.data)).sort().join(', ');
  return `Secret ${NAME}-recovery of type ${textOf(secret.type)} with the keys ${keys}`;
}

function secretOf({ servers: { kube, namespace } }: Scene) {
  return kube.read(`${secretsIn(namespace)}/${NAME}-recovery`);
}

function recoveryOf(scene: Scene): RecoveryStatus | undefined {
  return scene.resources.get(NAME)?.status?.recovery;
}
