import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{unit,sim,wire,conformance,manifests}/**/*.test.ts'],
    testTimeout: 20_000,
  },
});
