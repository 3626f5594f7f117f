/**
 * The programs of Getting started, with an app's own credentials in them: complete, and run by the tests as they are shown.
 *
 * `snippets/` holds them with placeholders such as `{{key}}`, inside quotes wherever the value is a text. A line with
 * `{{prefix}}` is left out where the server has no path prefix.
 */

// Not for this page: the build puts it at /console/pusher.min.js (vite.config.ts), where the programs find it.
import 'pusher-js/dist/web/pusher.min.js?url';
import android from '../snippets/android/MainActivity.kt?raw';
import curl from '../snippets/curl/publish.sh?raw';
import echoEnv from '../snippets/echo/laravel.env?raw';
import echo from '../snippets/echo/echo.js?raw';
import flutter from '../snippets/flutter/main.dart?raw';
import go from '../snippets/go/main.go?raw';
import ios from '../snippets/ios/MyApp.swift?raw';
import node from '../snippets/node/publish.mjs?raw';
import php from '../snippets/php/publish.php?raw';
import privatePage from '../snippets/private/index.html?raw';
import privateServer from '../snippets/private/server.mjs?raw';
import python from '../snippets/python/publish.py?raw';
import react from '../snippets/react/App.jsx?raw';
import ruby from '../snippets/ruby/publish.rb?raw';
import rust from '../snippets/rust/main.rs?raw';
import svelte from '../snippets/svelte/App.svelte?raw';
import vanilla from '../snippets/vanilla/index.html?raw';
import vue from '../snippets/vue/App.vue?raw';
import type { Address } from './address';
import type { Back, Front } from './stacks';

/** One file of a program. */
export interface Snippet {
  /** What to save it as. */
  readonly file: string;
  readonly template: string;
  readonly quoting: Quoting;
}

/** The quotes that stand around texts; `markup` are double ones in a script of a page. */
type Quoting = 'double' | 'single' | 'markup' | 'shell';

/** `private` is a page with private and presence channels and client events, and the back end that it needs. */
export type FrontTab = Front | 'private';

export const FRONT_SNIPPETS: Readonly<Record<FrontTab, readonly Snippet[]>> = {
  vanilla: [{ file: 'index.html', template: vanilla, quoting: 'markup' }],
  private: [
    { file: 'index.html', template: privatePage, quoting: 'markup' },
    { file: 'server.mjs', template: privateServer, quoting: 'double' },
  ],
  react: [{ file: 'App.jsx', template: react, quoting: 'double' }],
  vue: [{ file: 'App.vue', template: vue, quoting: 'markup' }],
  svelte: [{ file: 'App.svelte', template: svelte, quoting: 'markup' }],
  echo: [
    { file: 'echo.js', template: echo, quoting: 'double' },
    { file: '.env', template: echoEnv, quoting: 'double' },
  ],
  ios: [{ file: 'MyApp.swift', template: ios, quoting: 'double' }],
  android: [{ file: 'MainActivity.kt', template: android, quoting: 'double' }],
  flutter: [{ file: 'main.dart', template: flutter, quoting: 'single' }],
};

export const BACK_SNIPPETS: Readonly<Record<Back, readonly Snippet[]>> = {
  node: [{ file: 'publish.mjs', template: node, quoting: 'double' }],
  php: [{ file: 'publish.php', template: php, quoting: 'single' }],
  python: [{ file: 'publish.py', template: python, quoting: 'double' }],
  ruby: [{ file: 'publish.rb', template: ruby, quoting: 'single' }],
  go: [{ file: 'main.go', template: go, quoting: 'double' }],
  rust: [{ file: 'main.rs', template: rust, quoting: 'double' }],
  curl: [{ file: 'publish.sh', template: curl, quoting: 'shell' }],
};

/** What goes into a program. */
export interface Credentials {
  readonly appId: string;
  readonly key: string;
  /** Masked until somebody asks for it. */
  readonly secret: string;
  readonly publicUrl: string;
  readonly address: Address;
}

/** The program with its values; the braces of a template language, which are none of ours, stay. */
export function filled({ template, quoting }: Snippet, credentials: Credentials): string {
  const values = valuesOf(credentials);
  const lines = template.split('\n').filter((line) => credentials.address.prefix !== '' || !line.includes('{{prefix}}'));
  return lines.join('\n').replace(/\{\{(\w+)\}\}/g, (_, name: string) => quoted(values[name] ?? '', quoting));
}

/** Whether the program holds the secret, so that showing it whole is recorded. */
export function hasSecret({ template }: Snippet): boolean {
  return template.includes('{{secret}}');
}

function valuesOf({ appId, key, secret, publicUrl, address }: Credentials): Readonly<Record<string, string>> {
  const { scheme, host, port, prefix, tls } = address;
  return {
    app_id: appId,
    key,
    secret,
    url: publicUrl,
    scheme,
    host,
    port: String(port),
    prefix,
    tls: String(tls),
    tls_python: tls ? 'True' : 'False',
    ws: tls ? 'wss' : 'ws',
  };
}

/** Ids of apps may be any text, so nothing in one may end the quotes around it. */
function quoted(value: string, quoting: Quoting): string {
  switch (quoting) {
    case 'shell':
      return value.replaceAll("'", `'\\''`);
    case 'single':
      return value.replace(/['\\]/g, (sign) => `\\${sign}`);
    case 'double':
      return value.replace(/["\\]/g, (sign) => `\\${sign}`);
    case 'markup':
      return quoted(value, 'double').replaceAll('<', '\\x3C');
  }
}
