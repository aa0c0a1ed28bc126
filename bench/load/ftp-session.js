// One client session, on raw sockets: what it does costs as little as JavaScript allows, for the server is what is
// measured. One buffer takes what comes, one gives what goes; nothing of the library is used.
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { ReplyReader } from "./reply-reader.js";

/** Octets of one read or write of a data connection. */
const pieceSize = 1024 * 1024;
const quit = Buffer.from("QUIT\r\n");
const epsv = Buffer.from("EPSV\r\n");

/**
 * Where a session goes, and as whom.
 *
 * @typedef {{ host: string, port: number, user: string, password: string, secure?: boolean }} Target
 */

/** Octets that do not repeat soon. */
const payload = Buffer.alloc(pieceSize);
for (let at = 0; at < pieceSize; at += 4) payload.writeUInt32LE(Math.imul(at + 1, 0x9e3779b1) >>> 0, at);

/** All sessions of a thread read data into this, and do not look at it. */
const sink = Buffer.allocUnsafeSlow(pieceSize);

/** A command as it goes over the wire. @param {string} line @returns {Buffer} */
export const commandLine = (line) => Buffer.from(`${line}\r\n`);

/** A session that is logged in. */
export class FtpSession {
  #target;
  #replies = new ReplyReader();
  /** @type {import("node:net").Socket} */
  #control;
  /** The newest TLS session: data connections have to resume it. @type {Buffer | undefined} */
  #ticket;

  /** @param {Target} target */
  constructor(target) {
    this.#target = target;
    const buffer = Buffer.allocUnsafeSlow(8192);
    this.#control = this.#watch(
      connect({
        host: target.host,
        port: target.port,
        noDelay: true,
        onread: { buffer, callback: (length) => (this.#replies.take(buffer, length), true) },
      }),
    );
  }

  /** Connects and logs in. @param {Target} target @returns {Promise<FtpSession>} */
  static async open(target) {
    const session = new FtpSession(target);
    await session.#expect("2", "the connection");
    if (target.secure === true) await session.#secure();
    await session.command(commandLine(`USER ${target.user}`), "3");
    await session.command(commandLine(`PASS ${target.password}`), "2");
    return session;
  }

  /** Sends a command and waits for its reply. @param {Buffer} line @param {string} hundreds How its reply begins. */
  command(line, hundreds) {
    this.#control.write(line);
    return this.#expect(hundreds, line);
  }

  /** Reads a file or listing to its end. @param {Buffer} line @returns {Promise<number>} Its octets. */
  async retrieve(line) {
    const port = await this.#passivePort();
    let octets = 0;
    const callback = (/** @type {number} */ length) => {
      octets += length;
      return true;
    };
    const data = this.#dial(port, { buffer: sink, callback });
    const ended = new Promise((resolve, reject) => data.once("end", resolve).once("error", reject));
    ended.catch(() => undefined);
    await this.command(line, "1");
    await ended;
    data.destroy();
    await this.#expect("2", line);
    return octets;
  }

  /** Writes a file. @param {Buffer} line @param {number} size Octets. */
  async store(line, size) {
    const port = await this.#passivePort();
    const data = this.#dial(port);
    const broken = new Promise((_, reject) => data.once("error", reject));
    broken.catch(() => undefined);
    await this.command(line, "1");
    await Promise.race([this.#target.secure === true ? fillTls(data, size) : fill(data, size), broken]);
    await this.#expect("2", line);
  }

  /** Says goodbye. */
  async close() {
    await this.command(quit, "2").catch(() => undefined);
    this.#control.destroy();
  }

  async #expect(hundreds, doing) {
    const line = await this.#replies.next();
    if (line[0] !== hundreds) throw new Error(`${doing.toString().trim()} was answered: ${line.trim()}`);
    return line;
  }

  async #passivePort() {
    const line = await this.command(epsv, "2");
    const at = line.indexOf("|||");
    if (at === -1) throw new Error(`there is no port in ${line.trim()}`);
    return Number.parseInt(line.slice(at + 3), 10);
  }

  /** A connection of data; it is not waited for, because the kernel of this machine accepts it at once. */
  #dial(port, onread) {
    const { host, secure } = this.#target;
    if (secure !== true) return connect({ host, port, allowHalfOpen: true, ...(onread && { onread }) });
    const socket = connectTls({
      ...{ host, port, session: this.#ticket, rejectUnauthorized: false, allowHalfOpen: true },
      ...(onread && { onread }),
    });
    return socket.on("session", (ticket) => (this.#ticket = ticket));
  }

  async #secure() {
    await this.command(commandLine("AUTH TLS"), "2");
    // From Node 26 on a TLS session is resumed only with the host that it was begun with.
    const { host } = this.#target;
    this.#control = this.#watch(connectTls({ host, socket: this.#control, rejectUnauthorized: false }));
    // Servers send tickets before their next reply, so that there is one when the first data connection begins.
    this.#control.on("session", (ticket) => (this.#ticket = ticket));
    this.#control.on("data", (chunk) => this.#replies.take(chunk, chunk.length));
    await this.command(commandLine("PBSZ 0"), "2");
    await this.command(commandLine("PROT P"), "2");
  }

  /** @template {import("node:net").Socket} Socket @param {Socket} socket @returns {Socket} */
  #watch(socket) {
    socket.on("error", (error) => this.#replies.fail(error));
    socket.on("close", () => this.#replies.fail(new Error("the server closed the control connection")));
    return socket;
  }
}

/** Writes so many octets and closes, as close(2) does: what is written is sent still. */
function fill(data, size) {
  return new Promise((resolve, reject) => {
    let left = size;
    const next = (/** @type {Error | null | undefined} */ error) => {
      if (error) return reject(error);
      if (left === 0) {
        data.destroy();
        return resolve(undefined);
      }
      const piece = left < pieceSize ? payload.subarray(0, left) : payload;
      left -= piece.length;
      data.write(piece, next);
    };
    next();
  });
}

/** The same under TLS, whose end is a record of its own that has to go out before the connection's. */
function fillTls(data, size) {
  return new Promise((resolve, reject) => {
    let left = size;
    const next = (/** @type {Error | null | undefined} */ error) => {
      if (error) return reject(error);
      if (left === 0) return data.resume().end(resolve);
      const piece = left < pieceSize ? payload.subarray(0, left) : payload;
      left -= piece.length;
      data.write(piece, next);
    };
    next();
  });
}
