import { readdirSync, readFileSync } from 'node:fs';
import { parse, parseAllDocuments } from 'yaml';

const ROOT = new URL('../../', import.meta.url);

/** A manifest; its fields are looked at, not trusted. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** The text of a file of the repository, by its path from the root. */
export function textOf(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}

/** The one document of a YAML (or JSON) file. */
export function yamlOf<T>(path: string): T {
  return parse(textOf(path)) as T;
}

/** The names of a folder's YAML files, the kustomization excepted. */
export function manifestsIn(folder: string): string[] {
  return readdirSync(new URL(folder, ROOT))
    .filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml')
    .sort();
}

const base = manifestsIn('deploy/base')
  .flatMap((name) => parseAllDocuments(textOf(`deploy/base/${name}`)))
  .map((document) => document.toJS() as Manifest);

/** Every object of `deploy/base`. */
export function baseObjects(): readonly Manifest[] {
  return base;
}

/** The object of `deploy/base` of that kind and name. */
export function baseObject<T>(kind: string, name = 'kratos-identity-operator'): Manifest & T {
  const found = base.find((object) => object.kind === kind && object.metadata.name === name);
  if (found === undefined) throw new Error(`deploy/base has no ${kind} ${name}`);
  return found as Manifest & T;
}
