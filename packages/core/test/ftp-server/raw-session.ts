/** A client that speaks raw sockets: what it sends is what the test says, byte for byte. */
import { connect, createServer, type Server, type Socket } from "node:net";
import { once } from "node:events";
import type { Duplex } from "node:stream";
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from "node:tls";

/** A reply as it came. */
export interface RawReply {
  readonly code: number;
  readonly text: string;
}

/** A control connection in the hands of a test. */
export class RawSession {
  socket: Socket;
  /** The freshest TLS session that the server gave, for data connections. */
  ticket: Buffer | undefined;
  #tls: ConnectionOptions = {};
  /** Each chunk as it arrived: one a segment, mostly. */
  readonly chunks: string[] = [];
  #text = "";
  #ended = false;
  #wake: (() => void) | undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    this.#listen(socket);
  }

  #listen(socket: Socket): void {
    socket.on("data", (chunk) => {
      this.chunks.push(chunk.toString("utf8"));
      this.#text += chunk.toString("utf8");
      this.#wake?.();
    });
    const end = (): void => {
      this.#ended = true;
      this.#wake?.();
    };
    socket.on("end", end);
    socket.on("close", end);
    socket.on("error", end);
  }

  /** Connects, and reads the greeting. */
  static async open(port: number, host = "127.0.0.1", localPort?: number): Promise<RawSession> {
    const socket = connect({ port, host, ...(localPort === undefined ? {} : { localPort }) });
    await once(socket, "connect");
    const session = new RawSession(socket);
    await session.reply();
    return session;
  }

  /** Speaks over a connection that is there; its greeting is not read. */
  static over(socket: Socket): RawSession {
    return new RawSession(socket);
  }

  /** Connects, and sends bytes before the greeting is read, as a proxy does: piece by piece where there are several. */
  static async begin(port: number, pieces: readonly (string | Uint8Array)[], host = "127.0.0.1"): Promise<RawSession> {
    const socket = connect({ port, host });
    await once(socket, "connect");
    const session = new RawSession(socket);
    for (const piece of pieces) {
      if (socket.writable) socket.write(piece);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    return session;
  }

  /** Connects and logs in as `me`. */
  static async logIn(port: number, host = "127.0.0.1"): Promise<RawSession> {
    const session = await RawSession.open(port, host);
    await session.command("USER me");
    await session.command("PASS secret");
    return session;
  }

  /** Connects to an implicit listener, and reads the greeting. */
  static async openSecure(port: number, options: ConnectionOptions): Promise<RawSession> {
    const socket = connect({ port, host: "127.0.0.1" });
    await once(socket, "connect");
    const session = new RawSession(socket);
    await session.secure(options);
    await session.reply();
    return session;
  }

  /** Begins TLS by AUTH. */
  async startTls(options: ConnectionOptions, line = "AUTH TLS"): Promise<TLSSocket> {
    const { code, text } = await this.command(line);
    if (code !== 234) throw new Error(text);
    return this.secure(options);
  }

  /** Stops reading the connection, for whoever puts something over it. */
  detach(): Socket {
    this.socket.removeAllListeners("data");
    this.socket.removeAllListeners("end");
    return this.socket;
  }

  /** Puts TLS over the connection, or over what is over that. Rejects when the handshake fails. */
  async secure(options: ConnectionOptions, below: Duplex = this.detach()): Promise<TLSSocket> {
    this.#tls = { rejectUnauthorized: false, ...options };
    const secure = connectTls({ ...this.#tls, socket: below });
    secure.on("session", (ticket: Buffer) => {
      this.ticket = ticket;
    });
    await once(secure, "secureConnect");
    this.socket = secure;
    this.#listen(secure);
    return secure;
  }

  /** Goes on over the socket below, once TLS has ended on it. */
  takeBack(raw: Socket): void {
    this.socket = raw;
    this.#ended = false;
    this.#listen(raw);
    raw.resume();
  }

  /** Puts TLS over a data connection, with the control connection's session unless told otherwise. */
  async secureData(data: Socket, options: ConnectionOptions = {}): Promise<TLSSocket> {
    const resumed = this.ticket === undefined ? {} : { session: this.ticket };
    const secure = connectTls({ ...this.#tls, ...resumed, ...options, socket: data });
    secure.on("error", () => undefined);
    await once(secure, "secureConnect");
    return secure;
  }

  /** Sends bytes as they are. */
  send(bytes: string | Uint8Array): void {
    this.socket.write(bytes);
  }

  /** Sends a line, and gives its reply. */
  async command(line: string): Promise<RawReply> {
    this.send(`${line}\r\n`);
    return this.reply();
  }

  /** Sends a line, and gives its reply's code. */
  async code(line: string): Promise<number> {
    return (await this.command(line)).code;
  }

  /** The next reply. Rejects when the connection ends first. */
  async reply(): Promise<RawReply> {
    for (;;) {
      const match = /^(\d{3}) [^\n]*\r\n|^(\d{3})-[\s\S]*?\r\n\2 [^\n]*\r\n/.exec(this.#text);
      if (match !== null) {
        this.#text = this.#text.slice(match[0].length);
        return { code: Number(match[1] ?? match[2]), text: match[0] };
      }
      if (this.#ended) throw new Error(`The connection ended after ${JSON.stringify(this.#text)}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Waits until the server has closed. Gives what came and was not read. */
  async ended(): Promise<string> {
    while (!this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#text;
  }

  /** Sets up a passive data connection, and connects it, from another address where one is given. */
  async passive({ localAddress }: { readonly localAddress?: string } = {}): Promise<Socket> {
    const { text } = await this.command("EPSV");
    const port = Number(/\(\|\|\|(\d+)\|\)/.exec(text)?.[1]);
    const socket = connect({
      port,
      host: this.socket.remoteAddress ?? "127.0.0.1",
      allowHalfOpen: true,
      ...(localAddress === undefined ? {} : { localAddress }),
    });
    await once(socket, "connect");
    // A server that gives a transfer up resets its data connection: that is an outcome, not an error of the test.
    socket.on("error", () => undefined);
    return socket;
  }

  /** Sends a command that downloads over a passive connection. Gives the bytes and both replies. */
  async download(line: string): Promise<{ bytes: Buffer; first: RawReply; last: RawReply }> {
    const data = await this.passive();
    const first = await this.command(line);
    const bytes = await readAll(data);
    data.destroy();
    return { bytes, first, last: await this.reply() };
  }

  /** Sends a command that uploads over a passive connection. Gives both replies. */
  async upload(line: string, bytes: string | Uint8Array): Promise<{ first: RawReply; last: RawReply }> {
    const data = await this.passive();
    const first = await this.command(line);
    data.end(bytes);
    data.resume();
    const last = await this.reply();
    data.destroy();
    return { first, last };
  }

  /** Closes. */
  close(): void {
    this.socket.destroy();
  }
}

/** All that a socket brings until its end. */
export async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  if (!socket.readableEnded) await once(socket, "end");
  return Buffer.concat(chunks);
}

/** A listener for active data connections, and the argument of PORT for it. */
export async function listenForData(
  host = "127.0.0.1",
): Promise<{ server: Server; port: number; argument: string; accepted: Promise<Socket> }> {
  const server = createServer({ allowHalfOpen: true });
  server.listen(0, host);
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const accepted = once(server, "connection").then(([socket]) => socket as Socket);
  return { server, port, argument: `${host.replaceAll(".", ",")},${port >> 8},${port & 255}`, accepted };
}
