// The servers that are measured, by protocol.
import { ours, oursByTftp, oursUnderTls } from "./ours.js";
import { proftpd, pureFtpd, pyftpdlib, vsftpd } from "./ftp-peers.js";
import { proftpdUnderTls, pureFtpdUnderTls, pyftpdlibUnderTls, vsftpdUnderTls } from "./tls-peers.js";
import { atftpd, dnsmasq, tftpdHpa } from "./tftp-peers.js";

/**
 * A server that runs. `pid` is the process that is above all others of it; `forgetsChildren` says that it does not wait for
 * those, so that their time is in nobody's account.
 *
 * @typedef {{ name: string, host: string, port: number, user: string, password: string, pid: number, stop: () => void, forgetsChildren?: boolean }} Server
 */

/**
 * A server that may be there. `missing` tells what is not; `start` throws when it does not come up. `refuses` names the
 * rows that it cannot do, with the reason.
 *
 * @typedef {{ name: string, missing: () => string | undefined, start: (place: import("./place.js").Place) => Promise<Server>, refuses?: Readonly<Record<string, string>> }} ServerKind
 */

/** By protocol, ours first: it makes the certificate. @type {Readonly<Record<string, readonly ServerKind[]>>} */
export const serverKinds = {
  ftp: [ours, vsftpd, proftpd, pureFtpd, pyftpdlib],
  ftps: [oursUnderTls, vsftpdUnderTls, proftpdUnderTls, pureFtpdUnderTls, pyftpdlibUnderTls],
  tftp: [oursByTftp, tftpdHpa, atftpd, dnsmasq],
};
