import type { RecoveryStatus } from '../../src/model/generated/kratosidentity.ts';
import { isObject } from '../../src/model/json.ts';
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
    timeline.say('operator', NAME, `recovery ${wordsOf(first)}`);
    timeline.say('operator', NAME, await secretLine(scene));

    // Where the link alone opens the account, it stays in the Secret.
    const output = first.method === 'Code' ? 'Status' : 'Secret';
    await scene.change(NAME, { recovery: { ...SHORT, output } });
    timeline.say('you', NAME, `another requestId asks for another link, for ${SHORT.expiresIn}`);
    const second = await issued(scene, SHORT.requestId);
    timeline.say('operator', NAME, `recovery ${wordsOf(second)}; the first one is taken back`);

    await scene.see('end of the link', NAME, async () => {
      const { state, link } = recoveryOf(scene) ?? {};
      const isOver = state === 'Expired' && link === undefined && (await secretOf(scene)) === undefined;
      return isOver ? true : undefined;
    });
    const condition = scene.resources.get(NAME)?.status?.conditions?.find(({ type }) => type === 'RecoveryReady');
    timeline.say('operator', NAME, `expired: Secret gone, link gone; RecoveryReady ${condition?.status} ${condition?.reason}`);
  },
};

function issued(scene: Scene, requestId: string): Promise<RecoveryStatus> {
  return scene.see(`recovery link for ${requestId}`, NAME, () => {
    const status = recoveryOf(scene);
    return status?.requestId === requestId && status.state === 'Issued' ? status : undefined;
  });
}

/** Never the link itself. */
function wordsOf({ requestId, method, state, expiresAt, link }: RecoveryStatus): string {
  const seconds = Math.round((Date.parse(expiresAt ?? '') - Date.now()) / 1000);
  const time = seconds > 120 ? `${Math.round(seconds / 60)} min` : `${seconds} s`;
  const where = link === undefined ? 'no link in status' : 'link (but no code) in status';
  return `${state} for "${requestId}": method ${method}, ends in ${time}, ${where}`;
}

async function secretLine(scene: Scene): Promise<string> {
  const secret = await secretOf(scene);
  const keys = isObject(secret?.data) ? Object.keys(secret.data) : [];
  return `Secret ${NAME}-recovery, type ${secret?.type}, keys ${keys.join(', ')}`;
}

function secretOf({ servers: { kube, namespace } }: Scene) {
  return kube.read(`${secretsIn(namespace)}/${NAME}-recovery`);
}

function recoveryOf(scene: Scene): RecoveryStatus | undefined {
  return scene.resources.get(NAME)?.status?.recovery;
}
