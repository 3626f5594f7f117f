// nginx and Caddy in front of a server, configured as docs/proxies.md says.

import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newCertificate, shownFingerprint } from './certificate.mjs';
import { until } from './wait.mjs';

const DOCUMENT = new URL('../../docs/proxies.md', import.meta.url);
/** How many ports are tried. */
const ATTEMPTS = 3;
/** Debian has it where not everybody looks. */
const PATH = `${process.env.PATH}:/usr/sbin`;

/** Starts `nginx` or `caddy` with TLS before `server`, below `prefix` if there is one. Returns its port, host and url. */
export async function startProxy(t, kind, server, prefix = '') {
  // Somebody else may have taken the port in the meantime; then the program ends at once, or others answer there.
  for (let left = ATTEMPTS; ; left -= 1) {
    const proxy = await launchProxy(t, kind, server, prefix);
    const state = await until(() => proxy.state(), () => `${kind} to listen; it said:\n${proxy.log}`);
    if (state === 'up') return { port: proxy.port, host: `127.0.0.1:${proxy.port}`, url: `https://127.0.0.1:${proxy.port}${prefix}` };
    if (left === 1) throw new Error(`${kind} does not start; it said:\n${proxy.log}`);
  }
}

async function launchProxy(t, kind, server, prefix) {
  const dir = await mkdtemp(join(tmpdir(), `rollcall-${kind}-`));
  const [port, certificate] = [await freePort(), await newCertificate(dir)];
  const config = join(dir, 'config');
  await writeFile(config, await KINDS[kind].config({ dir, port, certificate, server, prefix }));
  const child = spawn(kind, KINDS[kind].args(dir, config), { env: { PATH, HOME: dir, XDG_DATA_HOME: dir, XDG_CONFIG_HOME: dir } });
  const proxy = { port, log: '', ended: false };
  proxy.state = async () => (proxy.ended ? 'ended' : (await shownFingerprint({ port })) === certificate.fingerprint && 'up');
  child.stdout.on('data', (text) => (proxy.log += text));
  child.stderr.on('data', (text) => (proxy.log += text));
  const ended = new Promise((done) => child.on('close', done).on('error', (error) => done((proxy.log += error)))).then(() => (proxy.ended = true));
  const kill = () => child.kill('SIGKILL');
  process.on('exit', kill);
  t.after(async () => {
    kill();
    await ended;
    process.off('exit', kill);
    await rm(dir, { recursive: true, force: true, maxRetries: 3 });
  });
  return proxy;
}

const KINDS = {
  nginx: {
    args: (dir, config) => ['-p', dir, '-c', config, '-e', 'stderr'],
    async config({ dir, port, certificate, server, prefix }) {
      await mkdir(join(dir, 'temp'));
      const [whole, location] = await blocks('nginx');
      const site = (prefix ? whole.replace('    location / {', location.trimEnd()) : whole)
        .replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
        .replace('/etc/ssl/rollcall.pem', certificate.certFile)
        .replace('/etc/ssl/rollcall.key', certificate.keyFile)
        .replaceAll('127.0.0.1:9000', server.host);
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${dir}/temp/${name};`);
      return `daemon off;\nmaster_process off;\npid ${dir}/pid;\nevents {}\nhttp {\naccess_log off;\n${temporary.join('\n')}\n${site}\n}\n`;
    },
  },
  caddy: {
    args: (dir, config) => ['run', '--adapter', 'caddyfile', '--config', config],
    async config({ port, certificate, server, prefix }) {
      const [whole, handle] = await blocks('caddyfile');
      const inner = prefix ? `{\n${handle}}\n` : whole.slice(whole.indexOf('{'));
      const site = `https://127.0.0.1:${port} ${inner}`
        .replace('{\n', `{\n    tls ${certificate.certFile} ${certificate.keyFile}\n`)
        .replaceAll('127.0.0.1:9000', server.host);
      return `{\n    admin off\n    auto_https disable_redirects\n}\n${site}`;
    },
  },
};

/** The code of that language in the document. */
async function blocks(language) {
  const text = await readFile(DOCUMENT, 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'gm'))].map(([, code]) => code);
}

/** A port that was free a moment ago: neither program takes port 0. */
function freePort() {
  const listener = net.createServer();
  return new Promise((resolve, reject) => {
    listener.on('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = listener.address();
      listener.close(() => resolve(port));
    });
  });
}
