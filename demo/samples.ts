import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { isObject, type JsonObject } from '../src/model/json.ts';
import { objectOf, textOf } from './fields.ts';

const ROOT = new URL('../', import.meta.url);
const FOLDER = 'deploy/samples';

/** One manifest of `deploy/samples`. */
export interface Sample {
  /** Path from the repository's root. */
  readonly file: string;
  readonly name: string;
  readonly manifest: JsonObject;
}

/** The object of a YAML file of the repository, by its path from the root. */
export async function yamlOf(path: string): Promise<JsonObject> {
  const document: unknown = parse(await readFile(new URL(path, ROOT), 'utf8'));
  if (!isObject(document)) throw new Error(`${path} holds no object`);
  return document;
}

/** The samples in the order of their kustomization. */
export async function readSamples(): Promise<Sample[]> {
  const { resources } = await yamlOf(`${FOLDER}/kustomization.yaml`);
  const files = Array.isArray(resources) ? resources.map((name) => `${FOLDER}/${name}`) : [];
  return Promise.all(
    files.map(async (file) => {
      const manifest = await yamlOf(file);
      return { file, name: textOf(objectOf(manifest.metadata).name), manifest };
    }),
  );
}

/** The manifest with a tag in the traits that tell identities apart, so that a shared Kratos never mistakes them. */
export function tagged(manifest: JsonObject, tag: string): JsonObject {
  const spec = objectOf(manifest.spec);
  const traits = objectOf(spec.traits);
  const { email, label } = traits;
  return {
    ...manifest,
    spec: {
      ...spec,
      traits: {
        ...traits,
        ...(typeof email === 'string' && { email: email.replace('@', `-${tag}@`) }),
        ...(typeof label === 'string' && { label: `${label}-${tag}` }),
      },
    },
  };
}
