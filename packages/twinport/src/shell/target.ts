/** What `open` is told: a URL, a bookmark, or a host as people write it. */
import { isIPv6 } from "node:net";
import type { FtpUrl } from "@twinport/core/ftp-client";
import { isUrl, readUrl } from "../remote/session.ts";

/** What is said of a server besides its name. */
export interface TargetDetails {
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly port?: number | undefined;
}

/** Reads `[user@]host[:port]` or a URL. @throws UsageError. */
export function readTarget(text: string, details: TargetDetails = {}): FtpUrl {
  const url = isUrl(text) ? readUrl(text) : readHost(text);
  const { user, password, port } = details;
  return {
    ...url,
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ...(port === undefined ? {} : { port }),
  };
}

function readHost(text: string): FtpUrl {
  const at = text.lastIndexOf("@");
  const user = at === -1 ? undefined : text.slice(0, at);
  const host = text.slice(at + 1);
  const url = readUrl(`ftp://${isIPv6(host) ? `[${host}]` : host}`);
  return { ...url, ...(user === undefined ? {} : { user }) };
}
