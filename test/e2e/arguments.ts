import { parseArgs } from 'node:util';
import { conformanceVersion, type KratosVersion, kratosVersions } from '../servers/kratos.ts';

export interface Arguments {
  /** Only scenarios whose name holds this. */
  readonly only: string;
  readonly versions: readonly KratosVersion[];
  /** Of the conformance suite, in that order. */
  readonly conformance: readonly KratosVersion[];
}

/** What was asked for cannot be understood; the message says how to ask. */
export class UsageError extends Error {}

const USAGE = `npm run e2e -- [--only <part of a scenario's name>] [--kratos ${kratosVersions.join('|')}] [--with-kratos-1.0]`;

/** Throws a `UsageError`. */
export function parseArguments(argv: readonly string[]): Arguments {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        only: { type: 'string', default: '' },
        kratos: { type: 'string' },
        'with-kratos-1.0': { type: 'boolean', default: false },
      },
    });
    const versions = kratosVersions.filter(
      (version) => values.kratos === undefined || values.kratos === version,
    );
    if (versions.length === 0) throw new Error(`no Kratos ${values.kratos} here`);
    const added: readonly KratosVersion[] = values['with-kratos-1.0'] ? [conformanceVersion] : [];
    return { only: values.only, versions, conformance: [...versions, ...added] };
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\nusage: ${USAGE}`);
  }
}
