import { readFileSync } from 'node:fs';
import { env } from 'node:process';

import { afterAll, beforeAll, describe } from 'vitest';

import { type Kube, startKube } from '../standin/kube/kube.ts';
import { kubeSuite } from './kube-suite.ts';

const { KUBE_CONFORMANCE_URL: url, KUBE_CONFORMANCE_TOKEN: token, KUBE_CONFORMANCE_CA: ca } = env;

describe('the stand-in', () => {
  let kube: Kube | undefined;
  beforeAll(async () => {
    kube = await startKube({ tokens: { root: { user: 'root' } } });
  });
  afterAll(() => kube?.stop());

  kubeSuite(() => ({ url: kube?.url ?? '', token: 'root' }));
});

describe.skipIf(url === undefined)('a real kube-apiserver', () => {
  kubeSuite(() => ({
    url: url ?? '',
    token: token ?? '',
    ...(ca === undefined ? {} : { ca: readFileSync(ca, 'utf8') }),
  }));
});
