import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{unit,sim,wire,conformance,manifests}/**/*.test.ts'],
    testTimeout: 20_000,
    // Many wait on sockets and for what is late: one core is not left for others.
    maxWorkers: availableParallelism(),
  },
});
