/** Certificates for tests, made anew in each run. */
import { randomBytes, webcrypto, X509Certificate } from "node:crypto";
import "reflect-metadata";
import * as x509 from "@peculiar/x509";

/** A certificate and its key, as PEM. */
export interface Issued {
  readonly cert: string;
  readonly key: string;
  readonly fingerprint: string;
}

/** An authority for tests. */
export interface Authority {
  readonly cert: string;
  /** Issues a certificate for names (the first is the common name too), or for a client. */
  issue(names: readonly string[], options?: { readonly expired?: boolean }): Promise<Issued>;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const day = 86_400_000;

/** Makes an authority. */
export async function makeAuthority(name = "Test authority"): Promise<Authority> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const subject = `CN=${name}`;
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: randomBytes(8).toString("hex"),
    name: subject,
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(Date.now() + day),
    signingAlgorithm: algorithm,
    keys,
    extensions: [new x509.BasicConstraintsExtension(true, 1, true)],
  });
  return {
    cert: root.toString("pem"),
    issue: async (names, { expired = false } = {}) => {
      const own = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
      const issued = await x509.X509CertificateGenerator.create({
        serialNumber: randomBytes(8).toString("hex"),
        subject: `CN=${names[0] ?? "nobody"}`,
        issuer: subject,
        notBefore: new Date(Date.now() - 2 * day),
        notAfter: new Date(Date.now() + (expired ? -day : day)),
        signingAlgorithm: algorithm,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        extensions: [
          new x509.BasicConstraintsExtension(false),
          new x509.SubjectAlternativeNameExtension(
            names.map((value) => ({ type: /^[\d.]+$|:/.test(value) ? "ip" : "dns", value })),
          ),
        ],
      });
      const exported = await webcrypto.subtle.exportKey("pkcs8", own.privateKey);
      const cert = issued.toString("pem");
      const pair = { cert, key: x509.PemConverter.encode(exported, "PRIVATE KEY") };
      // Not enumerable: what is issued is given to servers as it is, and a fingerprint is no option of theirs.
      return Object.defineProperty(pair, "fingerprint", { value: new X509Certificate(cert).fingerprint256 }) as Issued;
    },
  };
}
