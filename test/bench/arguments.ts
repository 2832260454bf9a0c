import { parseArgs } from 'node:util';
import type { KratosKind } from './kratos-side.ts';

export interface Arguments {
  readonly parts: ReadonlySet<'fleet' | 'client'>;
  readonly onlyConverge: boolean;
  readonly sizes: readonly number[];
  readonly kratos: KratosKind;
  readonly latencyMs: number;
  /** The shipped policy adds the finalizer where the operator need not, in place of the manifest. */
  readonly policy: boolean;
  /** A folder that gets the results as Markdown and JSON. */
  readonly out: string | undefined;
  /** Where the operator's time goes, in place of how much it takes. */
  readonly profile: boolean;
  readonly kratosAdminUrl: string | undefined;
}

export const USAGE = `npm run bench -- [converge] [options]
  converge                  only how fleets become Ready: no restart, deletion, single creations
  --only fleet|client       the operator on real servers, or the Kratos client alone
  --resources 1000,10000    sizes of the fleets
  --kratos stub|1.3.1       a stand-in that answers at once, or a real one
  --latency-ms 20           of the stand-in, in the one measurement that has it
  --policy                  two writes by the shipped admission policy; otherwise the manifests hold the finalizer
  --out FOLDER              results as benchmark.md and benchmark.json
  --profile                 a CPU profile of the operator in place of the measurements
  --kratos-admin-url URL    of a server of one's own, for the client: it gets thousands of identities that stay`;

/** Thrown with a message for people. */
export class UsageError extends Error {}

export function parseArguments(argv: readonly string[]): Arguments {
  const { values, positionals } = read(argv);
  const { only = '', kratos = 'stub', resources = '1000,10000' } = values;
  if (positionals.some((word) => word !== 'converge')) throw new UsageError(USAGE);
  if (!['', 'fleet', 'client'].includes(only)) throw new UsageError(USAGE);
  if (kratos !== 'stub' && kratos !== '1.3.1') throw new UsageError(USAGE);
  const sizes = resources.split(',').map(Number);
  const latencyMs = Number(values['latency-ms'] ?? 20);
  const whole = (value: number) => Number.isSafeInteger(value) && value > 0;
  if (!sizes.every(whole) || !whole(latencyMs)) throw new UsageError(USAGE);
  const profile = values.profile ?? false;
  const both = only === '' && !profile;
  const parts = both
    ? (['client', 'fleet'] as const)
    : only === 'client'
      ? (['client'] as const)
      : (['fleet'] as const);
  return {
    parts: new Set(parts),
    onlyConverge: positionals.length > 0,
    sizes,
    kratos,
    latencyMs,
    policy: values.policy ?? false,
    out: values.out,
    profile,
    kratosAdminUrl: values['kratos-admin-url'],
  };
}

function read(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        only: { type: 'string' },
        resources: { type: 'string' },
        kratos: { type: 'string' },
        'latency-ms': { type: 'string' },
        policy: { type: 'boolean' },
        out: { type: 'string' },
        profile: { type: 'boolean' },
        'kratos-admin-url': { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${USAGE}`);
  }
}
