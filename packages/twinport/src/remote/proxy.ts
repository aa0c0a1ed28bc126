/**
 * Connecting through a proxy: SOCKS5 (RFC 1928) or HTTP CONNECT (RFC 9110 §9.3.6), named by an option or by the
 * environment. The proxy resolves the server's name.
 */
import { once } from "node:events";
import { request } from "node:http";
import { connect, isIPv6, type Socket } from "node:net";
import type { DialFunction, DialTarget } from "@twinport/core/ftp-client";
import { getProxyForUrl } from "proxy-from-env";
import { UsageError } from "../exit-codes.ts";

/** A proxy. */
export interface ProxyServer {
  readonly scheme: "socks5" | "http";
  readonly host: string;
  readonly port: number;
  readonly user?: string;
  readonly password?: string;
}

const schemes: Readonly<Record<string, { readonly scheme: ProxyServer["scheme"]; readonly port: number }>> = {
  "socks5:": { scheme: "socks5", port: 1080 },
  "socks5h:": { scheme: "socks5", port: 1080 },
  "http:": { scheme: "http", port: 80 },
};

/**
 * The proxy for a server: the option's, none where that is false, else what the environment says (`ftp_proxy`,
 * `all_proxy`, `no_proxy`, in small or capital letters).
 *
 * @throws UsageError for a proxy that is none.
 */
export function findProxy(
  option: string | false | undefined,
  server: { readonly host: string; readonly port: number },
): ProxyServer | undefined {
  if (option === false) return undefined;
  if (option !== undefined) return parseProxy(option, "--proxy");
  const found = getProxyForUrl(`ftp://${hostAndPort(server)}`);
  // A proxy without a scheme gets that of the URL; what is meant by such is an HTTP proxy.
  return found === "" ? undefined : parseProxy(found.replace(/^ftp:/i, "http:"), "The proxy of the environment");
}

/** Reads a proxy's URL. @throws UsageError; the message never shows a password. */
export function parseProxy(text: string, from: string): ProxyServer {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const known = url !== undefined && Object.hasOwn(schemes, url.protocol) ? schemes[url.protocol] : undefined;
  if (url === undefined || known === undefined || url.hostname === "") {
    throw new UsageError(`${from} must be socks5://[user:password@]host:port or http://[user:password@]host:port`);
  }
  try {
    return {
      scheme: known.scheme,
      host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
      port: url.port === "" ? known.port : Number(url.port),
      ...(url.username === "" ? {} : { user: decodeURIComponent(url.username) }),
      ...(url.password === "" ? {} : { password: decodeURIComponent(url.password) }),
    };
  } catch {
    throw new UsageError(`${from} is not rightly percent-encoded`);
  }
}

/** Makes connections through a proxy. @param family - IPv4 or IPv6 only, on the way to the proxy. */
export function dialThrough(proxy: ProxyServer, family: 4 | 6 | undefined): DialFunction {
  const ask = proxy.scheme === "http" ? askHttp : askSocks;
  return async (target) => {
    const socket = connect({
      host: proxy.host,
      port: proxy.port,
      allowHalfOpen: true,
      noDelay: true,
      // Destroys the socket, whatever is waited for.
      signal: target.signal,
      ...(family === undefined ? {} : { family }),
    });
    try {
      await once(socket, "connect");
      await ask(socket, proxy, target);
      return socket;
    } catch (error) {
      socket.on("error", ignore);
      socket.destroy();
      const message = error instanceof Error ? error.message : String(error);
      // The SOCKS client's errors carry the password, so that they are no cause; the system's tell what to do.
      const cause = error instanceof Error && "code" in error ? { cause: error } : {};
      throw new Error(`the proxy ${hostAndPort(proxy)}: ${message}`, cause);
    }
  };
}

async function askSocks(socket: Socket, proxy: ProxyServer, target: DialTarget): Promise<void> {
  const { host, port, timeout } = target;
  const { user, password = "" } = proxy;
  // Loaded by those only who need it: it takes as long as half of the rest.
  const { SocksClient } = await import("socks");
  await SocksClient.createConnection({
    command: "connect",
    proxy: {
      host: proxy.host,
      port: proxy.port,
      type: 5,
      ...(user === undefined ? {} : { userId: user, password }),
    },
    destination: { host, port },
    existing_socket: socket,
    timeout,
  });
  // The library lets the socket flow in the next turn, and tells there what came with the proxy's answer: both are kept
  // for whoever reads the connection.
  const early: Buffer[] = [];
  const keep = (chunk: Buffer): void => void early.push(chunk);
  socket.on("data", keep);
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  socket.pause();
  socket.off("data", keep);
  if (early.length > 0) socket.unshift(Buffer.concat(early));
}

function askHttp(socket: Socket, proxy: ProxyServer, target: DialTarget): Promise<void> {
  const path = hostAndPort(target);
  const { user = "", password = "" } = proxy;
  const login = Buffer.from(`${user}:${password}`).toString("base64");
  const asked = request({
    method: "CONNECT",
    path,
    createConnection: () => socket,
    headers: { host: path, ...(proxy.user === undefined ? {} : { "proxy-authorization": `Basic ${login}` }) },
  });
  return new Promise((resolve, reject) => {
    asked.on("error", reject);
    asked.on("connect", ({ statusCode = 0, statusMessage = "" }, _socket, early) => {
      if (statusCode < 200 || statusCode > 299) {
        reject(new Error(`it said ${statusCode} ${statusMessage}`.trimEnd()));
        return;
      }
      socket.pause();
      if (early.length > 0) socket.unshift(early);
      resolve();
    });
    asked.end();
  });
}

function hostAndPort({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

function ignore(): void {
  // The promise has told it.
}
