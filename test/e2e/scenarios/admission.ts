import { equal, match, notEqual, ok } from 'node:assert/strict';
import type { ClusterScenario } from '../stage.ts';

/** What the API server itself refuses by the CRD, and what it shows. */
export const admission: ClusterScenario = {
  name: 'admission',
  async run(t) {
    const { namespace, cluster } = t;
    const traits = { email: 'a@example.org' };
    const create = (spec: unknown, name = 'a', flags: readonly string[] = ['--dry-run=server']) =>
      namespace.kubectl(
        ['create', ...flags, '-f', '-'],
        JSON.stringify(namespace.manifest(name, spec as object)),
      );
    const refused = async (spec: unknown, says: RegExp) => {
      const { code, stderr } = await create(spec);
      notEqual(code, 0, 'it was accepted');
      match(stderr, says);
    };
    const recovery = (expiresIn: unknown) => ({ traits, recovery: { expiresIn } });

    for (const expiresIn of ['1d', '60', '0s', '-1h', '', '1h ', 60]) {
      await t.check(`expiresIn: ${JSON.stringify(expiresIn)} is refused`, () =>
        refused(recovery(expiresIn), /expiresIn/),
      );
    }
    for (const expiresIn of ['30m', '1h30m', '1.5h', '500ms']) {
      await t.check(`expiresIn: ${expiresIn} is accepted`, async () =>
        equal((await create(recovery(expiresIn))).code, 0),
      );
    }
    for (const bad of ['text', 7, ['a'], null, undefined]) {
      const what = bad === undefined ? 'absent' : JSON.stringify(bad);
      await t.check(`traits: ${what} is refused`, () => refused({ traits: bad }, /traits/));
    }

    await t.check('enums are enforced', async () => {
      await refused({ traits, state: 'asleep' }, /state/);
      await refused({ traits, deletionPolicy: 'Forget' }, /deletionPolicy/);
      await refused({ traits, recovery: { method: 'Phone' } }, /method/);
    });

    await t.check('a name beyond 244 characters is refused', async () => {
      equal((await create({ traits }, 'a'.repeat(244))).code, 0);
      notEqual((await create({ traits }, 'a'.repeat(245))).code, 0);
    });

    await t.check('an externalId is short, not ours, and immutable', async () => {
      await refused({ traits, externalId: 'x'.repeat(65) }, /externalId/);
      await refused({ traits, externalId: 'k8s:abc' }, /externalId/);
      await namespace.create('fixed', { traits, externalId: 'one' });
      for (const change of ['{"externalId":"two"}', '{"externalId":null}']) {
        const { code, stderr } = await namespace.kubectl([
          'patch',
          'kid',
          'fixed',
          '--type=merge',
          '-p',
          `{"spec":${change}}`,
        ]);
        notEqual(code, 0, 'it was accepted');
        match(stderr, /immutable/);
      }
    });

    await t.check('an unknown field is refused by --validate=strict', async () => {
      const manifest = JSON.stringify(namespace.manifest('odd', { traits, colour: 'red' }));
      const { code, stderr } = await namespace.kubectl(['apply', '--validate=strict', '-f', '-'], manifest);
      notEqual(code, 0, 'it was accepted');
      match(stderr, /colour/);
    });

    await t.check('and pruned without', async () => {
      const manifest = JSON.stringify(namespace.manifest('odd', { traits, colour: 'red' }));
      const { code, stderr } = await namespace.kubectl(['apply', '--validate=false', '-f', '-'], manifest);
      equal(code, 0, stderr);
      const resource = await namespace.get('odd');
      ok(resource !== undefined && !('colour' in resource.spec));
    });

    await t.check('a resource nobody has looked at says so', async () => {
      equal((await namespace.get('odd'))?.status?.observedGeneration, -1);
    });

    await t.check('kubectl explain describes every field of the spec', async () => {
      const text = await cluster.kube.mustKubectl(['explain', 'kratosidentity.spec']);
      for (const field of [
        'traits',
        'schemaId',
        'state',
        'metadataPublic',
        'metadataAdmin',
        'externalId',
        'deletionPolicy',
        'recovery',
      ]) {
        match(text, new RegExp(`^  ${field}\\t`, 'm'));
      }
      match(await cluster.kube.mustKubectl(['explain', 'kid.spec.recovery.expiresIn']), /Go duration/);
    });

    await t.check('kubectl get ory lists it', async () => {
      match(
        (await namespace.kubectl(['get', 'ory', '-o', 'name'])).stdout,
        /kratosidentity.kratos.ory.sh\/odd/,
      );
    });

    // Operators that watch every namespace come next.
    await namespace.abandon();
  },
};
