/** The TLS options of `serve`. */
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { FtpServerTlsOptions, TlsCertificateOptions } from "@twinport/core/ftp-server";
import { Option, type Command } from "commander";
import { UsageError } from "../exit-codes.ts";
import { collect, parseListen, type ListenAddress } from "../parse-options.ts";

/** What the command line says of TLS. */
export interface ServeTlsOptions {
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsSelfSigned?: boolean;
  readonly tlsImplicit?: readonly ListenAddress[];
  readonly tlsRequire?: "login" | "data" | "all";
  readonly tlsResumption: boolean;
  readonly tlsClientCa?: string;
  readonly tlsClientCert?: "optional" | "required";
  readonly tlsCcc?: boolean;
}

/** Adds the options. */
export function withTlsOptions(command: Command): Command {
  return command
    .option("--tls-cert <file>", "certificate and its chain (PEM); read again when it changes")
    .option("--tls-key <file>", "its key (PEM)")
    .option("--tls-self-signed", "make a certificate, and keep it in the two files above if they are named")
    .addOption(
      new Option("--tls-implicit <host:port>", "listen here too, with TLS from the first octet; repeatable").argParser(
        collect(parseListen),
      ),
    )
    .addOption(new Option("--tls-require <what>", "what is refused in the clear").choices(["login", "data", "all"]))
    .option(
      "--no-tls-resumption",
      "let data connections begin a TLS session of their own, for clients that cannot resume (Python's ftplib)",
    )
    .option("--tls-client-ca <file>", "authorities of client certificates (PEM), which are then asked for")
    .addOption(
      new Option("--tls-client-cert <need>", "whether clients must show one").choices(["optional", "required"]),
    )
    .option("--tls-ccc", "allow CCC: the control connection may go on in the clear");
}

/** What is made of the options, and what to tell about it; undefined where there is no TLS. @throws UsageError. */
export async function serverTls(
  options: ServeTlsOptions,
): Promise<{ readonly tls: FtpServerTlsOptions; readonly fingerprint: string } | undefined> {
  const found = await findCertificate(options);
  if (found === undefined) {
    if (options.tlsImplicit !== undefined || options.tlsRequire !== undefined || options.tlsClientCa !== undefined) {
      throw new UsageError("TLS needs a certificate: give --tls-cert and --tls-key, or --tls-self-signed");
    }
    return undefined;
  }
  if (options.tlsClientCert !== undefined && options.tlsClientCa === undefined) {
    throw new UsageError("--tls-client-cert needs --tls-client-ca");
  }
  const { tlsRequire, tlsClientCa } = options;
  const tls: FtpServerTlsOptions = {
    certificates: [found.certificate],
    requireForLogin: tlsRequire === "login" || tlsRequire === "all",
    requireForData: tlsRequire === "data" || tlsRequire === "all",
    requireResumption: options.tlsResumption,
    clearCommandChannel: options.tlsCcc === true,
    ...(tlsClientCa === undefined
      ? {}
      : { clientCertificates: { authorities: [{ file: tlsClientCa }], use: options.tlsClientCert ?? "optional" } }),
  };
  return { tls, fingerprint: new X509Certificate(found.pem).fingerprint256 };
}

/** The certificate, and its text now. */
async function findCertificate(
  options: ServeTlsOptions,
): Promise<{ readonly certificate: TlsCertificateOptions; readonly pem: string } | undefined> {
  const { tlsCert, tlsKey, tlsSelfSigned } = options;
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw new UsageError("--tls-cert and --tls-key belong together");
  }
  // What makes certificates is large, and most runs of the command line make none.
  const maker = tlsSelfSigned === true ? await import("./self-signed.ts") : undefined;
  if (tlsCert === undefined || tlsKey === undefined) {
    const made = await maker?.makeSelfSigned();
    return made === undefined ? undefined : { certificate: made, pem: made.cert };
  }
  await maker?.keepSelfSigned(tlsCert, tlsKey);
  const certificate = { cert: { file: tlsCert }, key: { file: tlsKey } };
  try {
    return { certificate, pem: await readFile(tlsCert, "latin1") };
  } catch (error) {
    throw new UsageError(`The certificate cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
