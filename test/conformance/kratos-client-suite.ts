import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FEATURES, type Feature } from '../../src/kratos/probe.ts';
import { crowdSuite } from './kratos-client-crowd.ts';
import { identitySuite } from './kratos-client-identity.ts';
import { listSuite } from './kratos-client-lists.ts';
import { restSuite } from './kratos-client-rest.ts';
import { ClientScene, type ClientTarget } from './kratos-client-scene.ts';

/** The release that each feature came with, from the release's source. */
const SINCE: Readonly<Record<Feature, string>> = {
  state: '0.8',
  metadata: '0.10',
  patch: '0.11',
  batch: '0.13',
  ids: '1.1',
  listCredentials: '1.2',
  organizations: '25.4',
  externalIds: '25.4',
  recoveryCode: '0.11',
  recoveryLink: '0.5',
};

/** Every operation of the client against one release: what it has works, what it has not is said. */
export function clientSuite(version: string, name: string, start: () => Promise<ClientTarget>): void {
  describe(`the client on ${name} (Kratos ${version})`, () => {
    let scene: ClientScene;
    const started = () => scene;

    beforeAll(async () => {
      scene = await ClientScene.start(version, await start());
    });

    afterAll(() => scene.close());

    serverSuite(started);
    identitySuite(started);
    listSuite(started);
    restSuite(started);
    crowdSuite(started);
  });
}

/** What a server is and has. */
function serverSuite(started: () => ClientScene): void {
  describe('what it is', () => {
    test('its generation', async () => {
      const scene = started();
      expect(await scene.server.dialect()).toBe(scene.has('0.9') ? 'modern' : 'classic');
    });

    test.each(FEATURES.map((feature) => [feature]))('whether it has %s', async (feature) => {
      const scene = started();
      expect(await scene.server.has(feature)).toBe(scene.has(SINCE[feature]));
    });

    test('alive, ready, and of some version', async () => {
      const scene = started();
      await scene.api.isAlive();
      await scene.api.isReady();
      expect(typeof (await scene.api.getVersion())).toBe('string');
      expect(await scene.api.prometheus()).toContain('# TYPE ');
    });
  });
}
