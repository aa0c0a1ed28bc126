/** Writes the URL of a server, as `parseFtpUrl` reads it: without the password. */
import { isIPv6 } from "node:net";
import type { FtpUrl } from "@twinport/core/ftp-client";

const schemes = { implicit: ["ftps", 990], explicit: ["ftpes", 21], none: ["ftp", 21] } as const;

/** The text of a URL. */
export function formatFtpUrl({ tls, host, port, user, path }: FtpUrl): string {
  const [scheme, usual] = schemes[tls ?? "none"];
  const who = user === undefined ? "" : `${encodeURIComponent(user)}@`;
  const where = `${isIPv6(host) ? `[${host}]` : host}${port === usual ? "" : `:${port}`}`;
  // A path from the root begins with an encoded /, since the first one only ends the host.
  const begin = path.startsWith("/") ? "%2F" : "";
  const rest = path.replace(/^\//, "").split("/").map(encodeURIComponent).join("/");
  return `${scheme}://${who}${where}/${begin}${rest}`;
}
