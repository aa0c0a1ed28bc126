/** Proxies for tests, as small as can be: SOCKS5 (RFC 1928, RFC 1929) and HTTP CONNECT. Each notes where it was sent. */
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { connect, createServer as createTcpServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { onTestFinished } from "vitest";

/** A running proxy. */
export interface TestProxy {
  readonly port: number;
  /** Where connections were asked for, as `host:port`. */
  readonly targets: string[];
}

/** What a proxy asks for. */
export interface TestProxyOptions {
  /** The login it wants. */
  readonly user?: string;
  readonly password?: string;
  /** Refuses every connection, or lets it wait for ever. */
  readonly mood?: "refuses" | "sleeps";
}

/** Where every name leads to: names are for the proxy to resolve, and this one knows one machine. */
const machine = "127.0.0.1";

async function listen(server: Server): Promise<number> {
  const open = new Set<Socket>();
  server.on("connection", (socket) => {
    open.add(socket);
    socket.on("error", () => undefined);
  });
  server.listen(0, machine);
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Connects, and passes all on both ways, the ends too. What the proxy answers goes out together with what comes first. */
function relay(client: Duplex, port: number, answer: Buffer | string, refusal: Buffer | string): void {
  const server = connect({ port, host: machine, allowHalfOpen: true });
  server.on("error", () => client.end(refusal));
  server.once("connect", () => {
    let begun = false;
    const begin = (first: Buffer): void => {
      if (begun) return;
      begun = true;
      client.write(Buffer.concat([Buffer.from(answer), first]));
      client.pipe(server);
      server.pipe(client);
    };
    // A server that speaks first is heard in one segment with the answer.
    server.once("data", begin);
    setTimeout(() => begin(Buffer.alloc(0)), 30);
  });
  client.on("close", () => server.destroy());
}

/** Starts a SOCKS5 proxy. */
export async function startSocks(options: TestProxyOptions = {}): Promise<TestProxy> {
  const targets: string[] = [];
  const server = createTcpServer({ allowHalfOpen: true }, (client) => {
    void serveSocks(client, options, targets).catch(() => client.destroy());
  });
  return { port: await listen(server), targets };
}

async function serveSocks(client: Socket, { user, password = "", mood }: TestProxyOptions, targets: string[]) {
  const read = async (count: number): Promise<Buffer> => {
    for (;;) {
      const bytes: unknown = client.read(count);
      if (Buffer.isBuffer(bytes)) return bytes;
      await once(client, "readable");
    }
  };
  const [, methods = 0] = await read(2);
  const offered = await read(methods);
  const method = user === undefined ? 0 : 2;
  if (!offered.includes(method)) return client.end(Buffer.from([5, 255]));
  client.write(Buffer.from([5, method]));
  if (method === 2) {
    const [, length = 0] = await read(2);
    const name = (await read(length)).toString();
    const secret = (await read((await read(1))[0] ?? 0)).toString();
    const known = name === user && secret === password;
    client.write(Buffer.from([1, known ? 0 : 1]));
    if (!known) return client.end();
  }
  const [, , , type = 0] = await read(4);
  const host =
    type === 1
      ? [...(await read(4))].join(".")
      : type === 3
        ? (await read((await read(1))[0] ?? 0)).toString()
        : (await read(16)).toString("hex");
  const port = (await read(2)).readUInt16BE();
  targets.push(`${host}:${port}`);
  const answer = (code: number): Buffer => Buffer.from([5, code, 0, 1, 0, 0, 0, 0, 0, 0]);
  if (mood === "refuses") return client.end(answer(2));
  if (mood !== "sleeps") relay(client, port, answer(0), answer(5));
  return undefined;
}

/** Starts an HTTP proxy that knows CONNECT. */
export async function startHttpProxy(options: TestProxyOptions = {}): Promise<TestProxy> {
  const targets: string[] = [];
  const { user, password = "", mood } = options;
  const server = createServer();
  server.on("connect", ({ url = "", headers }: IncomingMessage, client: Duplex) => {
    const wanted = `Basic ${Buffer.from(`${user ?? ""}:${password}`).toString("base64")}`;
    if (user !== undefined && headers["proxy-authorization"] !== wanted) {
      client.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
      return;
    }
    targets.push(url);
    if (mood === "refuses") client.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
    const port = Number(url.slice(url.lastIndexOf(":") + 1));
    if (mood === undefined) relay(client, port, "HTTP/1.1 200 Connected\r\n\r\n", "HTTP/1.1 502 Bad Gateway\r\n\r\n");
  });
  return { port: await listen(server), targets };
}
