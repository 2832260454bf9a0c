import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict';
import { conditionOf, idOf, ready } from '../namespace.ts';
import type { Scenario, Stage } from '../stage.ts';

/** Specs that cannot be carried out: each says why, creates nothing, and disturbs nothing else. */
export const refusals: Scenario = {
  name: 'refusals',
  async run(t) {
    const { namespace, kratos } = t;

    await t.check(
      'traits that the schema refuses are InvalidTraits, with a pointer and without the value',
      async () => {
        const first = t.canary('Wolfeschlegelsteinhausenbergerdorffwelche');
        await namespace.create('long', {
          schemaId: 'default',
          traits: { email: t.email('long'), name: { first } },
        });
        const refused = await namespace.because('long', 'InvalidTraits');
        match(ready(refused)?.message ?? '', /\/name\/first/);
        doesNotMatch(ready(refused)?.message ?? '', new RegExp(first));
        equal(conditionOf(refused, 'Stalled')?.status, 'True');
        const event = await namespace.event('long', 'InvalidTraits');
        equal(event.type, 'Warning');
      },
    );

    await t.check('and become Ready once they are mended', async () => {
      await namespace.patch('long', { traits: { name: { first: 'Hubert' } } });
      idOf(await namespace.ready('long'));
    });

    await t.check('an update that Kratos refuses leaves the identity as it is', async () => {
      const id = idOf(await namespace.ready('long'));
      await namespace.patch('long', { traits: { bogus: true } });
      await namespace.because('long', 'InvalidTraits');
      deepEqual((await kratos.get(id))?.traits, { email: t.email('long'), name: { first: 'Hubert' } });
    });

    await t.check('an unknown schema is SchemaNotFound', async () => {
      await namespace.create('lost', { schemaId: 'absent', traits: { email: t.email('lost') } });
      await namespace.because('lost', 'SchemaNotFound');
      await namespace.patch('lost', { schemaId: 'default' });
      await namespace.ready('lost');
    });

    if (t.classic) {
      for (const [field, value] of Object.entries({
        state: 'active',
        metadataPublic: { a: 1 },
        metadataAdmin: { a: 1 },
      })) {
        await t.check(`${field} is Unsupported, and nothing is created`, async () => {
          const name = field.toLowerCase();
          await namespace.create(name, { traits: { email: t.email(name) }, [field]: value });
          match(ready(await namespace.because(name, 'Unsupported'))?.message ?? '', new RegExp(field));
          deepEqual(await kratos.holding(t.email(name)), []);
        });
      }
    }

    await limits(t);

    await t.check('what never became an identity is deleted at once', async () => {
      await Promise.all(Object.keys(TOO_MUCH).map((name) => namespace.delete(name)));
      await Promise.all(Object.keys(TOO_MUCH).map((name) => namespace.gone(name)));
    });
  },
};

/** JSON texts, because JavaScript itself cannot write some of them. */
const TOO_MUCH: Readonly<
  Record<string, { readonly what: string; readonly extra: string; readonly says: RegExp }>
> = {
  deep: {
    what: 'traits deeper than 32 levels',
    extra: `"deep":${'{"d":'.repeat(40)}1${'}'.repeat(40)}`,
    says: /32|deep/,
  },
  number: { what: 'an integer beyond 2^53', extra: '"big":9007199254740993', says: /\/big/ },
  proto: { what: 'a key named __proto__', extra: '"__proto__":{"polluted":true}', says: /__proto__/ },
  constructed: {
    what: 'a nested key named constructor',
    extra: '"in":{"constructor":1}',
    says: /constructor/,
  },
  large: { what: 'traits above 64 KiB', extra: `"big":"${'x'.repeat(66_000)}"`, says: /64 KiB|65536/ },
};

async function limits(t: Stage): Promise<void> {
  const { namespace, kratos } = t;
  for (const [name, { what, extra, says }] of Object.entries(TOO_MUCH)) {
    await t.check(`${what}: InvalidTraits, by our own limits`, async () => {
      const label = t.label(name);
      const manifest = JSON.stringify(
        namespace.manifest(name, { schemaId: 'note', traits: { label } }),
      ).replace('"traits":{', () => `"traits":{${extra},`);
      const { code, stderr } = await namespace.kubectl(['create', '-f', '-'], manifest);
      equal(code, 0, stderr);
      match(ready(await namespace.because(name, 'InvalidTraits'))?.message ?? '', says);
      deepEqual(await kratos.holding(label), []);
    });
  }
}
