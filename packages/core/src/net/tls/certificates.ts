/**
 * A server's certificates: which one a name gets, and a fresh look at their files.
 *
 * Files are looked at when a certificate is needed, at most once a second, so that nothing has to be told of a renewal. A
 * pair that does not fit, as in the moment between two files being replaced, changes nothing: the one before goes on.
 */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { pemVersion, readPem, type PemSource } from "./pem-source.ts";

/** A certificate and its key. */
export interface TlsCertificateOptions {
  /** The certificate, and after it those that lead to its authority. */
  readonly cert: PemSource;
  readonly key: PemSource;
  /** Of the key. */
  readonly passphrase?: string;
  /** Names that clients ask for it by (SNI, HOST); `*.example.org` is any one label. Default: those it was issued for. */
  readonly serverNames?: readonly string[];
}

/** A certificate that is ready to be used. */
export interface LoadedCertificate {
  readonly cert: string;
  readonly key: string;
  readonly passphrase: string | undefined;
  readonly names: readonly string[];
}

/** Milliseconds between two looks at the files. */
export const certificateLook = 1_000;

interface Slot {
  readonly options: TlsCertificateOptions;
  loaded: LoadedCertificate;
  version: string;
}

/** The certificates of a server. */
export class Certificates {
  readonly #slots: Slot[];
  readonly #fault: (doing: string, cause: unknown) => void;
  readonly #clock: () => number;
  #looked: number;

  /**
   * Loads them.
   *
   * @param options - At least one; the first serves those who name none that is known.
   * @param fault - Told of a renewal that cannot be used.
   * @param clock - Milliseconds; for tests.
   * @throws RangeError for no certificate; Error for one that cannot be read or whose key is another's.
   */
  constructor(
    options: readonly TlsCertificateOptions[],
    fault: (doing: string, cause: unknown) => void,
    clock: () => number = Date.now,
  ) {
    if (options.length === 0) throw new RangeError("tls.certificates must hold at least one certificate");
    this.#fault = fault;
    this.#clock = clock;
    this.#looked = clock();
    this.#slots = options.map((one) => ({ options: one, version: versionOf(one), loaded: load(one) }));
  }

  /** The one for a name; without one, or for a name that is not known, the first. */
  for(serverName: string | undefined): LoadedCertificate {
    const [first] = this.#slots;
    if (first === undefined) throw new RangeError("There is no certificate");
    return this.find(serverName) ?? first.loaded;
  }

  /** The one for a name; undefined when none is for it. */
  find(serverName: string | undefined): LoadedCertificate | undefined {
    this.#refresh();
    if (serverName === undefined) return undefined;
    const name = serverName.toLowerCase();
    const exact = this.#slots.find(({ loaded }) => loaded.names.includes(name));
    if (exact !== undefined) return exact.loaded;
    const dot = name.indexOf(".");
    const wildcard = dot === -1 ? undefined : `*${name.slice(dot)}`;
    return this.#slots.find(({ loaded }) => wildcard !== undefined && loaded.names.includes(wildcard))?.loaded;
  }

  #refresh(): void {
    const now = this.#clock();
    if (now - this.#looked < certificateLook) return;
    this.#looked = now;
    for (const slot of this.#slots) {
      try {
        const version = versionOf(slot.options);
        if (version === slot.version) continue;
        slot.version = version;
        slot.loaded = load(slot.options);
      } catch (cause) {
        this.#fault("reading a renewed certificate", cause);
      }
    }
  }
}

function versionOf({ cert, key }: TlsCertificateOptions): string {
  return `${pemVersion(cert) ?? ""}|${pemVersion(key) ?? ""}`;
}

function load({ cert, key, passphrase, serverNames }: TlsCertificateOptions): LoadedCertificate {
  const certificate = readPem(cert);
  const privateKey = readPem(key);
  const parsed = new X509Certificate(certificate);
  const secret = createPrivateKey(passphrase === undefined ? privateKey : { key: privateKey, passphrase });
  if (!parsed.checkPrivateKey(secret)) throw new Error("The TLS key is not the one of the certificate");
  const names = serverNames ?? namesIn(parsed);
  return { cert: certificate, key: privateKey, passphrase, names: names.map((name) => name.toLowerCase()) };
}

/** The names a certificate was issued for (RFC 6125 §6.4). */
function namesIn(certificate: X509Certificate): string[] {
  const names: string[] = [];
  for (const [, name] of (certificate.subjectAltName ?? "").matchAll(/(?:^|, )DNS:([^,"]+)/g)) {
    if (name !== undefined) names.push(name);
  }
  if (names.length > 0) return names;
  const common = /^CN=(.+)$/m.exec(certificate.subject)?.[1];
  return common === undefined ? [] : [common];
}
