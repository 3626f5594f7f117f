/** Where clients and back ends reach the server, in the parts that libraries ask for. */

export interface Address {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  /** The path before all others, without a slash behind; empty for none. */
  readonly prefix: string;
  readonly tls: boolean;
}

/** The parts of what the server says in `public_url`. */
export function addressOf(publicUrl: string): Address {
  const url = new URL(publicUrl);
  const tls = url.protocol === 'https:';
  return {
    scheme: tls ? 'https' : 'http',
    host: url.hostname,
    port: Number(url.port) || (tls ? 443 : 80),
    prefix: url.pathname.replace(/\/+$/, ''),
    tls,
  };
}
