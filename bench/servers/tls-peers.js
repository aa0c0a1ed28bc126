// The same FTP servers under TLS (AUTH TLS, PROT P), with the certificate that ours made. vsftpd and ProFTPD take data
// connections only that resume the session of the control connection, as ours does.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  missingPrivileged,
  missingPyftpdlib,
  startProftpd,
  startPureFtpd,
  startPyftpdlib,
  startVsftpd,
} from "./ftp-peers.js";
import { certificateOf } from "./ours.js";
import { peersFolder } from "../../scripts/peers.js";

/** Where Debian's package has the modules of ProFTPD, and where the interop tests unpack it. */
const moduleFolders = ["/usr/lib/proftpd", join(peersFolder, "proftpd-mod-crypto/usr/lib/proftpd")];
const proftpdModules = () => moduleFolders.find((folder) => existsSync(join(folder, "mod_tls.so")));

/** @type {import("./kinds.js").ServerKind} */
export const vsftpdUnderTls = {
  name: "vsftpd",
  missing: () => missingPrivileged("vsftpd"),
  start: (place) => {
    const { cert, key } = certificateOf(place);
    return startVsftpd(place, {
      ...{ ssl_enable: "YES", rsa_cert_file: cert, rsa_private_key_file: key, ssl_ciphers: "HIGH" },
      ...{ require_ssl_reuse: "YES", force_local_logins_ssl: "YES", force_local_data_ssl: "YES" },
    });
  },
};

/** @type {import("./kinds.js").ServerKind} */
export const proftpdUnderTls = {
  name: "proftpd",
  missing: () =>
    missingPrivileged("proftpd", "proftpd-core") ??
    (proftpdModules() === undefined ? "proftpd's mod_tls is not installed" : undefined),
  start: (place) => {
    const { cert, key } = certificateOf(place);
    return startProftpd(place, [
      ...[`ModulePath ${proftpdModules()}`, "LoadModule mod_tls.c", "TLSEngine on", "TLSRequired on"],
      ...[`TLSECCertificateFile ${cert}`, `TLSECCertificateKeyFile ${key}`, "TLSVerifyClient off"],
    ]);
  },
};

/** A file with certificate and key in one. */
function bothIn(place) {
  const { cert, key } = certificateOf(place);
  const path = join(place.state("both"), "both.pem");
  writeFileSync(path, `${readFileSync(cert, "utf8")}\n${readFileSync(key, "utf8")}`, { mode: 0o600 });
  return path;
}

/** @type {import("./kinds.js").ServerKind} */
export const pureFtpdUnderTls = {
  name: "pure-ftpd",
  missing: () => missingPrivileged("pure-ftpd"),
  start: (place) => startPureFtpd(place, ["-Y", "2", "-2", bothIn(place)]),
};

/** @type {import("./kinds.js").ServerKind} */
export const pyftpdlibUnderTls = {
  name: "pyftpdlib",
  missing: () => missingPyftpdlib("pyftpdlib, OpenSSL"),
  start: (place) =>
    startPyftpdlib(place, {
      modules: "pyftpdlib, OpenSSL",
      handler: "TLS_FTPHandler",
      settings: [`Handler.certfile = ${JSON.stringify(bothIn(place))}`],
    }),
};
