/** The TLS options that all client commands share. */
import type { FtpClientTlsOptions, FtpUrl, TlsMode } from "@twinport/core/ftp-client";
import { Option, type Command } from "commander";
import { UsageError } from "../exit-codes.ts";
import { collect } from "../parse-options.ts";

/** What the command line says of TLS. */
export interface RemoteTlsOptions {
  readonly tls?: "auto" | "require" | "off";
  readonly ca?: string;
  readonly insecure?: boolean;
  readonly fingerprint?: readonly string[];
  readonly cert?: string;
  readonly key?: string;
}

/** Adds the options. */
export function withTlsOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--tls <when>", "TLS for ftp:// URLs: where the server has it, always, or never")
        .choices(["auto", "require", "off"])
        .default("auto"),
    )
    .option("--ca <file>", "trust these authorities (PEM), in place of the system's")
    .addOption(
      new Option("--fingerprint <sha256>", "trust the certificate with this fingerprint only; repeatable").argParser(
        collect(String),
      ),
    )
    .option("--insecure", "trust any certificate")
    .option("--cert <file>", "show this certificate (PEM) to the server")
    .option("--key <file>", "its key (PEM)");
}

/** What a client is told of TLS. @throws UsageError for options that contradict each other. */
export function clientTls(url: FtpUrl, options: RemoteTlsOptions): FtpClientTlsOptions {
  const { ca, insecure, fingerprint, cert, key } = options;
  if ((cert === undefined) !== (key === undefined)) throw new UsageError("--cert and --key belong together");
  for (const print of fingerprint ?? []) {
    if (!/^(?:[0-9a-f]{2}:?){32}$/i.test(print))
      throw new UsageError("A fingerprint is 64 hexadecimal digits (SHA-256)");
  }
  return {
    mode: modeOf(url, options.tls ?? "auto"),
    ...(ca === undefined ? {} : { authorities: [{ file: ca }] }),
    ...(fingerprint === undefined ? {} : { fingerprints: fingerprint }),
    ...(insecure === true ? { acceptUnverified: true } : {}),
    ...(cert === undefined ? {} : { cert: { file: cert } }),
    ...(key === undefined ? {} : { key: { file: key } }),
  };
}

function modeOf({ tls }: FtpUrl, when: "auto" | "require" | "off"): TlsMode {
  if (tls !== undefined) {
    if (when === "off") throw new UsageError("ftps:// and ftpes:// are with TLS; write ftp:// to go without");
    return tls;
  }
  return when === "require" ? "explicit" : when;
}
