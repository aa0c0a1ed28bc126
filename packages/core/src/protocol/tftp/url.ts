/**
 * `tftp://` URLs (RFC 3617).
 *
 *     tftp://host:port/file;mode=octet
 *
 * The file is what follows the first slash, percent-decoded, `?` and `#` with what follows them: there are no queries and
 * no fragments. Refuses NUL, CR and LF, encoded too, and user names: TFTP has none.
 */

/** What a TFTP URL names. */
export interface TftpUrl {
  readonly host: string;
  readonly port: number;
  /** As it goes into the request. */
  readonly file: string;
  /** The mode, where the URL names one. */
  readonly mode?: "octet" | "netascii";
}

/** The port of TFTP. */
export const tftpPort = 69;

/** Reads a TFTP URL. @throws RangeError when it is none. */
export function parseTftpUrl(text: string | URL): TftpUrl {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new RangeError("This is no URL; write it as tftp://host:port/file");
  }
  if (url.protocol !== "tftp:") throw new RangeError(`${url.protocol}// is not understood; tftp:// is`);
  if (url.hostname === "") throw new RangeError("The URL names no host");
  if (url.username !== "" || url.password !== "") throw new RangeError("TFTP knows no users; the URL must name none");
  // As a whole: an empty query shows nowhere else.
  const parts = /^tftp:\/\/[^/?#]*\/(.*?)(?:;mode=([^;]*))?$/i.exec(url.href);
  const mode = parts?.[2]?.toLowerCase();
  if (mode !== undefined && mode !== "octet" && mode !== "netascii") {
    throw new RangeError("The URL's mode must be octet or netascii");
  }
  const file = decode(parts?.[1] ?? "");
  if (file === "") throw new RangeError("The URL names no file");
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? tftpPort : Number(url.port),
    file,
    ...(mode === undefined ? {} : { mode }),
  };
}

/** Writes a TFTP URL. */
export function formatTftpUrl(url: TftpUrl): string {
  const host = url.host.includes(":") ? `[${url.host}]` : url.host;
  const port = url.port === tftpPort ? "" : `:${url.port}`;
  const file = url.file.split("/").map(encodeURIComponent).join("/");
  return `tftp://${host}${port}/${file}${url.mode === undefined ? "" : `;mode=${url.mode}`}`;
}

function decode(text: string): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(text);
  } catch {
    throw new RangeError("The URL's file is not rightly percent-encoded");
  }
  if (/[\0\r\n]/.test(decoded)) throw new RangeError("The URL's file must not hold CR, LF or NUL");
  return decoded;
}
