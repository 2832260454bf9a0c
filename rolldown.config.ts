import { defineConfig } from 'rolldown';
import manifest from './package.json' with { type: 'json' };

// One file for the image: everything but Node's own modules is inside.
export default defineConfig({
  input: 'src/main.ts',
  platform: 'node',
  transform: { define: { __VERSION__: JSON.stringify(manifest.version) } },
  // Of client-node only the kubeconfig is used; its generated models (17 MB) do nothing when loaded.
  treeshake: { moduleSideEffects: [{ test: /@kubernetes\/client-node\/dist\/gen\//, sideEffects: false }] },
  output: {
    file: 'dist/main.mjs',
    format: 'esm',
    sourcemap: true,
    codeSplitting: false,
  },
});
