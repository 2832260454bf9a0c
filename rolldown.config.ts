import { defineConfig } from 'rolldown';
import manifest from './package.json' with { type: 'json' };

// One file for the image: everything but Node's own modules is inside.
export default defineConfig({
  input: 'src/main.ts',
  platform: 'node',
  transform: { define: { __VERSION__: JSON.stringify(manifest.version) } },
  output: {
    file: 'dist/main.mjs',
    format: 'esm',
    sourcemap: true,
    codeSplitting: false,
  },
});
