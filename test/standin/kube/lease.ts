import { fieldOf, objectAt } from './object.ts';
import { builtin, type Resource } from './resource.ts';
import type { Cause } from './status.ts';
import { invalidValue } from './validate.ts';

const microTime = { type: 'string', format: 'micro-time' };

export const leases: Resource = builtin(
  { group: 'coordination.k8s.io', version: 'v1', plural: 'leases', kind: 'Lease' },
  {
    properties: {
      spec: {
        type: 'object',
        properties: {
          holderIdentity: { type: 'string' },
          leaseDurationSeconds: { type: 'integer' },
          acquireTime: microTime,
          renewTime: microTime,
          leaseTransitions: { type: 'integer' },
          strategy: { type: 'string' },
          preferredHolder: { type: 'string' },
        },
      },
    },
  },
  {
    unconditionalUpdate: false,
    createOnUpdate: true,
    columns: [
      {
        name: 'Holder',
        type: 'string',
        priority: 0,
        cell: (lease) => fieldOf(lease.spec, 'holderIdentity') ?? '',
      },
    ],
    validate(lease): readonly Cause[] {
      const spec = objectAt(lease, 'spec');
      const { leaseDurationSeconds: seconds, leaseTransitions: transitions } = spec;
      return [
        ...(typeof seconds === 'number' && seconds <= 0
          ? [invalidValue('spec.leaseDurationSeconds', seconds, 'must be greater than 0')]
          : []),
        ...(typeof transitions === 'number' && transitions < 0
          ? [invalidValue('spec.leaseTransitions', transitions, 'must be greater than or equal to 0')]
          : []),
      ];
    },
  },
);
