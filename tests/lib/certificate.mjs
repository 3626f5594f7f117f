// Certificates for 127.0.0.1 and localhost that nobody vouches for, made by openssl.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import tls from 'node:tls';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A fresh certificate: the paths and contents of its two files, and its fingerprint. */
export async function newCertificate(dir, name = 'cert') {
  const [certFile, keyFile] = [join(dir, `${name}.pem`), join(dir, `${name}.key.pem`)];
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'],
    // Who is told to trust it, trusts it as a server's, not as one that vouches for others.
    ...['-addext', 'basicConstraints=critical,CA:FALSE'],
    ...['-keyout', keyFile, '-out', certFile],
  ]);
  const [cert, key] = await Promise.all([readFile(certFile, 'utf8'), readFile(keyFile, 'utf8')]);
  const { stdout } = await run('openssl', ['x509', '-in', certFile, '-noout', '-fingerprint', '-sha256']);
  return { certFile, keyFile, cert, key, fingerprint: stdout.trim().split('=')[1] };
}

/** A TLS socket to the server, whoever it is. */
export function dialTls(server, options = {}) {
  return tls.connect({ host: '127.0.0.1', port: server.port, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'], ...options });
}

/** The fingerprint of the certificate that the next connection is shown. */
export function shownFingerprint(server) {
  return new Promise((resolve, reject) => {
    const socket = dialTls(server, {}).on('error', reject);
    socket.on('secureConnect', () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
  });
}
