/** A self-signed certificate, for a server that has no other: clients trust it by its fingerprint. */
import "reflect-metadata";
import { randomBytes, webcrypto } from "node:crypto";
import { access, constants, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import {
  BasicConstraintsExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";

/** A certificate and its key, as PEM. */
export interface SelfSigned {
  readonly cert: string;
  readonly key: string;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const day = 86_400_000;
/** Days that it is valid for. */
const lifetime = 825;

/** Makes one, for this machine's name, `localhost` and the loopback addresses. */
export async function makeSelfSigned(): Promise<SelfSigned> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const names = [...new Set([hostname(), "localhost"])];
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: `00${randomBytes(8).toString("hex")}`,
    name: [{ CN: [names[0] ?? "localhost"] }],
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(Date.now() + lifetime * day),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new BasicConstraintsExtension(false),
      new SubjectAlternativeNameExtension([
        ...names.map((value) => ({ type: "dns" as const, value })),
        { type: "ip", value: "127.0.0.1" },
        { type: "ip", value: "::1" },
      ]),
    ],
  });
  const key = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  return { cert: `${certificate.toString("pem")}\n`, key: `${PemConverter.encode(key, "PRIVATE KEY")}\n` };
}

/** Makes one for these files, with the key for its owner only, unless both can be read already. */
export async function keepSelfSigned(certFile: string, keyFile: string): Promise<void> {
  try {
    await Promise.all([access(certFile, constants.R_OK), access(keyFile, constants.R_OK)]);
  } catch {
    const made = await makeSelfSigned();
    await writeFile(keyFile, made.key, { mode: 0o600 });
    await writeFile(certFile, made.cert);
  }
}
