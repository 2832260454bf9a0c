import { parseArgs } from 'node:util';
import { type KratosVersion, kratosVersions } from '../servers/kratos.ts';

export interface Arguments {
  /** Only scenarios whose name holds this. */
  readonly only: string;
  readonly versions: readonly KratosVersion[];
}

/** What was asked for cannot be understood; the message says how to ask. */
export class UsageError extends Error {}

const USAGE = `npm run e2e -- [--only <part of a scenario's name>] [--kratos ${kratosVersions.join('|')}]`;

/** Throws a `UsageError`. */
export function parseArguments(argv: readonly string[]): Arguments {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: { only: { type: 'string', default: '' }, kratos: { type: 'string' } },
    });
    const versions = kratosVersions.filter(
      (version) => values.kratos === undefined || values.kratos === version,
    );
    if (versions.length === 0) throw new Error(`no Kratos ${values.kratos} here`);
    return { only: values.only, versions };
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\nusage: ${USAGE}`);
  }
}
