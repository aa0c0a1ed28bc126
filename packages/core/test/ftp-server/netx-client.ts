/**
 * A client as NetX Duo's is, on raw sockets: a command is one write, a reply is one line of less than 400 octets, and
 * active data is taken before any reply is read.
 */
import { once } from "node:events";
import { connect, createServer, isIPv6, type AddressInfo, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { readAll } from "./raw-session.ts";

/** Octets of the window that the client's control connection has. */
export const controlWindow = 400;

/** A reply of one line. */
const oneReply = /^\d{3} [^\r\n]*\r\n/;
const sixNumbers = /^227 [^\d]*(\d+),(\d+),(\d+),(\d+),(\d+),(\d+)[^\d,]*\r\n$/;

/** A client in the hands of a test. */
export class NetxClient {
  /** What went over the control connection, octet by octet; ports of data connections are `<port>`. */
  readonly transcript: string[] = [];
  readonly #socket: Socket;
  #text = "";
  #wake: (() => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setEncoding("utf8");
    socket.on("data", (text: string) => {
      this.#text += text;
      this.#wake?.();
    });
    socket.on("close", () => this.#wake?.());
    socket.on("error", () => undefined);
    onTestFinished(() => void socket.destroy());
  }

  /** Connects, and logs in as `me`, as its connect service does. */
  static async connect(port: number, host = "127.0.0.1"): Promise<NetxClient> {
    const socket = connect({ port, host });
    const client = new NetxClient(socket);
    await once(socket, "connect");
    await client.expect("22");
    await client.command("USER me", "33");
    await client.command("PASS secret", "23");
    return client;
  }

  /** Sends a command in one write, and takes its reply. */
  async command(line: string, digits: string): Promise<string> {
    this.send(line);
    return this.expect(digits);
  }

  /** Sends a command in one write. */
  send(line: string): void {
    this.transcript.push(`${line}\r\n`);
    this.#socket.write(`${line}\r\n`);
  }

  /** Takes a reply: of the code it looks at the first digits only. */
  async expect(digits: string): Promise<string> {
    while (!this.#text.includes("\n") && !this.#socket.destroyed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const reply = oneReply.exec(this.#text)?.[0];
    if (reply === undefined) throw new Error(`Not a reply of one line: ${JSON.stringify(this.#text)}`);
    this.#text = this.#text.slice(reply.length);
    this.transcript.push(reply);
    if (Buffer.byteLength(reply) >= controlWindow) throw new Error(`Too long: ${reply}`);
    if (!reply.startsWith(digits)) throw new Error(`Not ${digits}: ${reply}`);
    return reply;
  }

  /** Listens for data, and tells the server where: PORT in zero-padded fields, EPRT on IPv6. */
  async active(): Promise<{ readonly accepted: Promise<Socket> }> {
    const host = this.#socket.localAddress ?? "";
    const listener = createServer({ allowHalfOpen: true });
    listener.listen(0, host);
    await once(listener, "listening");
    onTestFinished(() => void listener.close());
    const { port } = listener.address() as AddressInfo; // A TCP listener that is bound has one.
    const accepted = once(listener, "connection").then(([socket]) => socket as Socket);
    const fields = [...host.split("."), port >> 8, port & 255].map((field) => String(field).padStart(3, "0"));
    await this.command(isIPv6(host) ? `EPRT |2|${unabridged(host)}|${port}|` : `PORT ${fields.join(",")}`, "2");
    this.#forgetPort(-2, isIPv6(host) ? `|${port}|` : fields.slice(4).join(","));
    return { accepted };
  }

  /** Asks for a port and connects to it: PASV, or EPSV on IPv6. */
  async passive(): Promise<Socket> {
    const host = this.#socket.remoteAddress ?? "";
    const text = await this.command(isIPv6(host) ? "EPSV" : "PASV", "2");
    const numbers = (sixNumbers.exec(text) ?? []).slice(1);
    const extended = /\(\|\|\|(\d+)\|\)/.exec(text)?.[1];
    const [high = 0, low = 0] = numbers.slice(4).map(Number);
    this.#forgetPort(-1, isIPv6(host) ? `|||${extended ?? ""}|` : numbers.slice(4).join(","));
    const data = connect({ port: isIPv6(host) ? Number(extended) : high * 256 + low, host, allowHalfOpen: true });
    data.on("error", () => undefined);
    await once(data, "connect");
    return data;
  }

  /** Waits for the server's close, which ends its transfers, and closes. */
  async readToEnd(data: Socket): Promise<Buffer> {
    const bytes = await readAll(data);
    data.end();
    return bytes;
  }

  #forgetPort(at: number, written: string): void {
    const line = this.transcript.at(at) ?? "";
    const place = line.lastIndexOf(written);
    if (place === -1) throw new Error(`No port in ${line}`);
    this.transcript.splice(at, 1, `${line.slice(0, place)}<port>${line.slice(place + written.length)}`);
  }
}

/** An IPv6 address without its `::`: eight groups of four digits. */
function unabridged(address: string): string {
  const [before = "", after = ""] = address.split("::");
  const groups = (text: string): string[] => (text === "" ? [] : text.split(":"));
  const zeros = new Array<string>(8 - groups(before).length - groups(after).length).fill("0");
  return [...groups(before), ...zeros, ...groups(after)].map((group) => group.padStart(4, "0")).join(":");
}
