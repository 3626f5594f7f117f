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
    modulePreload: { polyfill: false },
    rollupOptions: { input: { status: 'status/index.html' } },
  },
  server: {
    proxy: {
      '/api': server,
      '/app': { target: server, ws: true },
      '/logout': server,
      '/register': server,
      '/usersystem': server,
    },
  },
});
