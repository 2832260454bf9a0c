import { afterAll } from 'vitest';
import { type KratosStandIn, startKratos } from '../standin/kratos/server.ts';
import { clientSuite } from './kratos-client-suite.ts';

const running: KratosStandIn[] = [];

afterAll(async () => {
  await Promise.all(running.map((kratos) => kratos.stop()));
});

for (const version of ['0.5', '1.0', '1.3', '26.2'] as const) {
  clientSuite(version, 'the stand-in', async () => {
    const kratos = await startKratos({ version });
    running.push(kratos);
    return { adminUrl: kratos.adminUrl, publicUrl: kratos.publicUrl, standIn: true };
  });
}

/** A real server of any release in place of the stand-in, set up as `kratos.test.ts` says. */
const {
  KRATOS_CONFORMANCE_ADMIN_URL: adminUrl,
  KRATOS_CONFORMANCE_PUBLIC_URL: publicUrl,
  KRATOS_CONFORMANCE_VERSION: realVersion,
} = process.env;

if (adminUrl !== undefined && publicUrl !== undefined && realVersion !== undefined) {
  clientSuite(realVersion, 'the real server', () => Promise.resolve({ adminUrl, publicUrl }));
}
