/**
 * How the pages are built: one HTML entry per page, every script and style in a hashed file under /assets.
 *
 * Nothing may end up inline or as a data: address, because the server's content policy (docs/status.md S5) refuses both.
 */
import { defineConfig } from 'vite';

const server = 'http://127.0.0.1:9000';

export default defineConfig({
  base: '/',
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    // Scripts that a page imports later are found relative to it. A list of them to fetch ahead would be
    // of paths from the root, which are wrong below a path prefix.
    modulePreload: { polyfill: false, resolveDependencies: (_, files, { hostType }) => (hostType === 'html' ? files : []) },
    rollupOptions: {
      input: { status: 'status/index.html', console: 'console/index.html' },
      // pusher-js for pages elsewhere (`console/model/snippets.ts`) has an address that stays.
      output: { assetFileNames: ({ names }) => (names.includes('pusher.min.js') ? 'console/[name][extname]' : 'assets/[name]-[hash][extname]') },
    },
  },
  server: {
    proxy: {
      '/api': server,
      '/app': { target: server, ws: true },
      '/console/api': server,
      '/console/pusher.min.js': server,
      // Every other address of the console is its one page, as the server has it.
      '^/console(?!/api/)(/[^.]*)?$': { bypass: () => '/console/index.html' },
      '/logout': server,
      '/pusher': server,
      '/register': server,
      '/usersystem': server,
    },
  },
});
