import { afterAll } from 'vitest';
import { type KratosStandIn, startKratos } from '../standin/kratos/server.ts';
import type { KratosVersion } from '../standin/kratos/version.ts';
import { kratosSuite, type RecordedVersion, recordedVersions } from './kratos-suite.ts';

const STAND_INS: Readonly<Record<RecordedVersion, KratosVersion>> = {
  '0.5.5': '0.5',
  '1.0.0': '1.0',
  '1.3.1': '1.3',
  '26.2.0': '26.2',
};

const running: KratosStandIn[] = [];

afterAll(async () => {
  await Promise.all(running.map((kratos) => kratos.stop()));
});

for (const version of recordedVersions) {
  kratosSuite(version, 'the stand-in', async () => {
    const kratos = await startKratos({ version: STAND_INS[version] });
    running.push(kratos);
    return kratos;
  });
}

/**
 * A real server in place of the stand-in: empty, with the recorded schemas `default` and `note`, both recovery
 * methods on, and the given URLs as its base URLs.
 */
const {
  KRATOS_CONFORMANCE_ADMIN_URL: adminUrl,
  KRATOS_CONFORMANCE_PUBLIC_URL: publicUrl,
  KRATOS_CONFORMANCE_VERSION: realVersion,
} = process.env;

if (adminUrl !== undefined && publicUrl !== undefined) {
  const version = recordedVersions.find((recorded) => realVersion?.startsWith(recorded));
  if (version === undefined) throw new Error('KRATOS_CONFORMANCE_VERSION names no recorded release');
  kratosSuite(version, 'the real server', () => Promise.resolve({ adminUrl, publicUrl }));
}
