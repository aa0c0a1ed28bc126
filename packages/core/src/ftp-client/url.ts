/**
 * `ftp://`, `ftps://` and `ftpes://` URLs (RFC 1738 §3.2, RFC 3986).
 *
 *     ftp://user:password@host:port/path;type=i
 *
 * `ftps` is TLS from the first octet (port 990), `ftpes` TLS by AUTH (port 21), as other clients write them.
 *
 * The path is relative to the folder of the login; `%2F` at its start is the root. `?` and `#` belong to it: FTP knows
 * neither queries nor fragments. Refuses CR, LF and NUL, encoded too.
 */

/** What an FTP URL names. */
export interface FtpUrl {
  /** How TLS begins, where the scheme says so. */
  readonly tls?: "implicit" | "explicit";
  readonly host: string;
  readonly port: number;
  readonly user?: string;
  readonly password?: string;
  /** As it goes into commands; empty for the folder of the login. */
  readonly path: string;
  readonly type?: "a" | "i" | "d";
}

/**
 * Reads an FTP URL.
 *
 * @throws RangeError when it is none. The message never shows a password.
 */
export function parseFtpUrl(text: string | URL): FtpUrl {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new RangeError("This is no URL; write it as ftp://user@host:port/path");
  }
  const scheme = Object.hasOwn(schemes, url.protocol) ? schemes[url.protocol] : undefined;
  if (scheme === undefined) {
    throw new RangeError(`${url.protocol}// is not understood; ftp://, ftps:// and ftpes:// are`);
  }
  if (url.hostname === "") throw new RangeError("The URL names no host");
  // As a whole: an empty query shows nowhere else.
  const rest = /^[^/]*\/\/[^/?#]*\/?(.*)$/.exec(url.href)?.[1] ?? "";
  const typed = /^(.*);type=([aid])$/i.exec(rest);
  const path = decode(typed?.[1] ?? rest, "path");
  const type = typed?.[2]?.toLowerCase();
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? scheme.port : Number(url.port),
    ...(scheme.tls === undefined ? {} : { tls: scheme.tls }),
    ...(url.username === "" ? {} : { user: decode(url.username, "user") }),
    ...(url.password === "" ? {} : { password: decode(url.password, "password") }),
    path,
    ...(type === "a" || type === "i" || type === "d" ? { type } : {}),
  };
}

const schemes: Readonly<Record<string, { readonly port: number; readonly tls?: "implicit" | "explicit" }>> = {
  "ftp:": { port: 21 },
  "ftps:": { port: 990, tls: "implicit" },
  "ftpes:": { port: 21, tls: "explicit" },
};

function decode(text: string, what: string): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(text);
  } catch {
    throw new RangeError(`The URL's ${what} is not rightly percent-encoded`);
  }

  if (/[\0\r\n]/.test(decoded)) throw new RangeError(`The URL's ${what} must not hold CR, LF or NUL`);
  return decoded;
}
