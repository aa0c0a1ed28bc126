/** Connecting for a command: options that all client commands share, and one connection a server. */
import { setMaxListeners } from "node:events";
import {
  FtpClient,
  parseFtpUrl,
  type DataMode,
  type FtpClientOptions,
  type FtpClientTrace,
  type FtpUrl,
} from "@twinport/core/ftp-client";
import { Option, type Command } from "commander";
import { loadCharset } from "../charset.ts";
import { colourOption, type ColourMode } from "../colour.ts";
import { joinBookmark, readBookmarked, unknownBookmark } from "../config/bookmarks.ts";
import { parseSeconds } from "../parse-options.ts";
import { interruption, printable, UsageError } from "../exit-codes.ts";
import { findCredentials } from "./credentials.ts";
import { unescaped } from "./glob.ts";
import { dialThrough, findProxy } from "./proxy.ts";
import { clientTls, withTlsOptions, type RemoteTlsOptions } from "./tls.ts";

/** Options that all client commands share. */
export interface RemoteOptions extends RemoteTlsOptions {
  readonly active?: boolean;
  readonly timeout?: number;
  readonly ipv4?: boolean;
  readonly ipv6?: boolean;
  /** False by `--no-proxy`. */
  readonly proxy?: string | false;
  readonly charset?: string;
  readonly verbose?: boolean;
  readonly color?: ColourMode;
  /** Asked for by the commands that move files. */
  readonly compress?: boolean;
}

/** Adds the options that all client commands share. */
export function withRemoteOptions(command: Command): Command {
  return withTlsOptions(command)
    .option("--active", "let the server connect back for data (PORT, EPRT)")
    .addOption(new Option("--timeout <seconds>", "wait this long for an answer").argParser(parseSeconds))
    .addOption(new Option("-4, --ipv4", "use IPv4 only").conflicts("ipv6"))
    .option("-6, --ipv6", "use IPv6 only")
    .addOption(
      new Option(
        "--proxy <url>",
        "connect through socks5://[user:password@]host:port or http://… (default: ftp_proxy or all_proxy of the environment)",
      ),
    )
    .option("--no-proxy", "connect straight, whatever the environment says")
    .option("--charset <name>", "charset of names on servers that do not speak UTF-8")
    .addOption(colourOption())
    .option("-v, --verbose", "show commands and replies on stderr, from the greeting on; passwords as ***");
}

/** Reads a URL of the command line, or a path of a bookmark. @throws UsageError. */
export function readUrl(text: string): FtpUrl {
  if (!hasScheme(text)) {
    const bookmarked = readBookmarked(text);
    if (bookmarked !== undefined) {
      return { ...bookmarked.url, path: joinBookmark(bookmarked.url.path, unescaped(bookmarked.path)) };
    }
    const unknown = unknownBookmark(text);
    if (unknown !== undefined) throw new UsageError(printable(unknown));
  }
  try {
    return parseFtpUrl(text);
  } catch (error) {
    // The text may hold a password: it is not shown.
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Whether an argument is a URL or a path of a bookmark, rather than a path of this machine. */
export function isUrl(text: string): boolean {
  return hasScheme(text) || readBookmarked(text) !== undefined;
}

function hasScheme(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
}

/** Runs with a signal that Ctrl-C and SIGTERM fire; a second one ends the process at once. */
export async function withInterrupt<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interrupt = new AbortController();
  // Each session and transfer listens, and there may be many of them.
  setMaxListeners(0, interrupt.signal);
  const onInterrupt = (): void => {
    interrupt.abort(new Error(interruption));
  };
  process.once("SIGINT", onInterrupt);
  process.once("SIGTERM", onInterrupt);
  try {
    return await run(interrupt.signal);
  } finally {
    process.off("SIGINT", onInterrupt);
    process.off("SIGTERM", onInterrupt);
  }
}

/** Runs with a client that is connected and logged in, and ends it. Ctrl-C aborts. */
export function withClient<T>(
  url: FtpUrl,
  options: RemoteOptions,
  run: (client: FtpClient, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return withInterrupt(async (signal) => {
    const client = await FtpClient.connect(await clientOptions(url, options, signal));
    client.on("warning", ({ message }) => process.stderr.write(`twinport: ${printable(message)}\n`));
    try {
      return await run(client, signal);
    } finally {
      await client.close();
    }
  });
}

/** What a client of a URL's server is made from. A password is asked for once, whatever the number of sessions. */
export async function clientOptions(
  url: FtpUrl,
  options: RemoteOptions,
  signal: AbortSignal,
): Promise<FtpClientOptions> {
  const dataMode: DataMode = options.active === true ? "active" : "auto";
  const { timeout } = options;
  const family = options.ipv4 === true ? 4 : options.ipv6 === true ? 6 : undefined;
  const proxy = findProxy(options.proxy, url);
  if (proxy !== undefined && options.active === true) {
    throw new UsageError(
      "--active does not work through a proxy: no server can connect back through it; see --no-proxy",
    );
  }
  return {
    host: url.host,
    port: url.port,
    ...(await findCredentials(url)),
    tls: clientTls(url, options),
    dataMode,
    signal,
    compress: options.compress === true ? "auto" : "never",
    ...(options.verbose === true ? { trace: traceOnStderr } : {}),
    ...(options.charset === undefined ? {} : { nameCodec: await loadCharset(options.charset) }),
    ...(proxy !== undefined ? { dial: dialThrough(proxy, family) } : family === undefined ? {} : { family }),
    ...(timeout === undefined
      ? {}
      : { connectTimeout: timeout, replyTimeout: timeout, dataConnectionTimeout: timeout, stallTimeout: timeout }),
  };
}

const traceOnStderr: FtpClientTrace = {
  command: ({ verb, argument }) => {
    process.stderr.write(`> ${printable(argument === undefined ? verb : `${verb} ${argument}`)}\n`);
  },
  reply: ({ code, lines }) => {
    for (const line of lines) process.stderr.write(`< ${code} ${printable(line)}\n`);
  },
};
