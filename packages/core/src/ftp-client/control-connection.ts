/**
 * The client's end of the control connection: one command out, its replies in, each within its time.
 *
 * A reply that does not come, or is none, or that nothing asked for, ends the connection: what came later could be taken
 * for another's answer. 421 ends it too, which is what it says (RFC 959 §5.4).
 */
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { DataConnectionError, TlsClientSession, TlsError, TlsRelay } from "../net/index.ts";
import {
  encodeOctetText,
  escapeTelnet,
  formatCommandLine,
  normaliseAddress,
  replyCode,
  ReplyParser,
  telnetSynch,
  type NameCodec,
  type ReceivedReply,
} from "../protocol/index.ts";
import { canAnswer, changesFiles, isUnusual, leavesDoubt, provesStep } from "./answers.ts";
import {
  ClientClosedError,
  FtpConnectionError,
  FtpError,
  FtpOutOfStepError,
  FtpReplyError,
  FtpTimeoutError,
  FtpTlsError,
  FtpTransferError,
} from "./errors.ts";
import type { SentCommand } from "./events.ts";
import { openSocket } from "./open-socket.ts";
import type { ResolvedClientOptions } from "./options.ts";
import type { ResolvedTlsOptions } from "./tls-options.ts";

/** Replies that came before anybody waited for them; more is a server that sends one preliminary reply after the other. */
const unawaitedReplies = 16;
/** Characters of a reply that an error shows. */
const shownOfReply = 200;

/** What the owner of a control connection is told. */
export interface ControlConnectionOwner {
  sent(command: SentCommand): void;
  received(reply: ReceivedReply): void;
  warned(message: string): void;
  closed(cause: Error | undefined): void;
}

interface Waiter {
  resolve(reply: ReceivedReply): void;
  reject(error: Error): void;
}

/** A control connection of a client. */
export class ControlConnection {
  readonly host: string;
  readonly remoteAddress: string;
  readonly localAddress: string;
  /** Where passive data connections go: to the server's address; by `dial`, to the host as it was given. */
  readonly dataHost: string;
  /** TLS of this connection and of data connections; undefined in the clear. */
  #tls: TlsClientSession | undefined;
  #secured: TLSSocket | undefined;
  #relay: TlsRelay | undefined;
  /** Whether data connections go under TLS: what PROT agreed on. */
  privateData = false;
  /** Told of the 110 replies of a transfer, which come at any time in it (RFC 959 §3.5). */
  onRestartMarker: ((text: string) => void) | undefined;
  /** Told of each reply before anybody who waits; true takes it away. */
  takesReply: ((reply: ReceivedReply) => boolean) | undefined;
  #socket: Socket;
  readonly #owner: ControlConnectionOwner;
  readonly #replyTimeout: number;
  readonly #telnetSynch: boolean;
  #parser = new ReplyParser();
  readonly #replies: ReceivedReply[] = [];
  /** Replies that are still due, preliminary ones not counted: the greeting first, then one for each command. */
  #due = 1;
  #latest: ReceivedReply | undefined;
  /** The command whose reply comes next; undefined where replies come in an order that is not known. */
  #awaited: string | undefined;
  /** Whether the latest replies left no doubt that each went to its own command. */
  #inStep = true;
  /** Unusual answers that this server was found to give while it was in step: verb and code. */
  readonly #habits = new Set<string>();
  readonly #givenUp = new AbortController();
  #waiter: Waiter | undefined;
  #closed = false;
  /** A handshake is under way, which tells its own failure. */
  #securing = false;
  #cause: Error | undefined;

  private constructor(socket: Socket, options: ResolvedClientOptions, owner: ControlConnectionOwner) {
    this.#socket = socket;
    this.#owner = owner;
    this.#replyTimeout = options.replyTimeout;
    this.#telnetSynch = options.telnetSynch;
    this.host = options.host;
    this.remoteAddress = normaliseAddress(socket.remoteAddress ?? "");
    this.localAddress = normaliseAddress(socket.localAddress ?? "");
    // The address at the socket's other end is the proxy's then.
    this.dataHost = options.dial === undefined ? this.remoteAddress : options.host;
    if (options.keepAlive.tcp > 0) socket.setKeepAlive(true, options.keepAlive.tcp);
    this.#listen(socket);
    socket.resume();
  }

  #listen(socket: Socket): void {
    socket.on("data", this.#data);
    socket.on("error", this.#error);
    socket.on("close", this.#close);
    socket.on("end", this.#close);
  }

  #unlisten(socket: Socket): void {
    socket.off("data", this.#data);
    socket.off("close", this.#close);
    socket.off("end", this.#close);
  }

  readonly #data = (chunk: Uint8Array): void => {
    this.#received(chunk);
  };
  readonly #error = (cause: Error): void => {
    if (!this.#securing) this.destroy(new FtpConnectionError(this.#talking, "the control connection broke", { cause }));
  };
  readonly #close = (): void => {
    this.destroy(new FtpConnectionError(this.#talking, "the server closed the control connection"));
  };

  get #talking(): string {
    return `Talking to ${this.host}`;
  }

  /** Connects. @throws FtpConnectionError, FtpTimeoutError. */
  static async open(
    options: ResolvedClientOptions,
    owner: ControlConnectionOwner,
    signal: AbortSignal | undefined,
  ): Promise<ControlConnection> {
    const { host, port, connectTimeout: timeout } = options;
    const tried = `Connecting to ${host} port ${port}`;
    try {
      const socket = await openSocket(options, { host, port, purpose: "control", timeout, signal });
      return new ControlConnection(socket, options, owner);
    } catch (error) {
      if (!(error instanceof DataConnectionError)) throw error;
      const cause = error.cause ?? error;
      if (error.kind === "not-arrived") {
        throw new FtpTimeoutError("connect", tried, `there was no answer within ${timeout} ms`, { cause });
      }
      throw new FtpConnectionError(tried, cause instanceof Error ? cause.message : error.message, { cause });
    }
  }

  /** TLS for data connections; undefined where they go in the clear. */
  get dataTls(): TlsClientSession | undefined {
    return this.privateData ? this.#tls : undefined;
  }

  /** The charset of commands, replies and listings; undefined is UTF-8. */
  get nameCodec(): NameCodec | undefined {
    return this.#parser.codec;
  }

  /** Goes on in another charset. */
  useNameCodec(codec: NameCodec | undefined): void {
    this.#parser.codec = codec;
  }

  /** Whether data connections can go under TLS: it was begun, even if CCC ended it since. */
  get hasTls(): boolean {
    return this.#tls !== undefined;
  }

  /** Whether the control connection is under TLS now. */
  get isSecure(): boolean {
    return this.#secured !== undefined;
  }

  /**
   * Goes on under TLS. What came in the clear before is forgotten.
   *
   * @throws FtpTlsError, or what `destroy` was given meanwhile; the connection is closed then.
   */
  async secure(options: ResolvedTlsOptions): Promise<void> {
    const raw = this.#socket;
    this.#unlisten(raw);
    raw.pause();
    const { codec } = this.#parser;
    this.#parser = new ReplyParser();
    this.#parser.codec = codec;
    this.#replies.length = 0;
    this.#securing = true;
    const session = new TlsClientSession(options.settings);
    this.#relay = options.clearCommandChannel ? new TlsRelay(raw) : undefined;
    try {
      const secured = await session.secureControl(this.#relay ?? raw);
      this.#tls = session;
      this.#secured = secured;
      this.#socket = secured;
      this.#listen(secured);
      secured.resume();
    } catch (cause) {
      const kind = cause instanceof TlsError ? cause.kind : "handshake";
      const message = cause instanceof Error ? cause.message : String(cause);
      const error = new FtpTlsError(kind, `Securing the connection to ${this.host}`, message, { cause });
      raw.destroy();
      this.destroy(error);
      // Whoever closed it during the handshake has told why.
      throw this.#cause ?? error;
    } finally {
      this.#securing = false;
    }
  }

  /**
   * Asks by CCC that the control connection go on in the clear, and ends TLS on it (RFC 4217 §5).
   *
   * @throws FtpReplyError when the server refuses; FtpTlsError when it does not end TLS.
   */
  async clear(within: number): Promise<void> {
    const [relay, secured] = [this.#relay, this.#secured];
    if (relay === undefined || secured === undefined) return;
    const tried = `Going on in clear with ${this.host}`;
    relay.expectEnd();
    secured.off("close", this.#close);
    secured.off("end", this.#close);
    const reply = await this.command("CCC");
    if (reply.code >= 300) throw new FtpReplyError(tried, reply, "CCC");
    this.#unlisten(secured);
    try {
      const rest = await relay.unwrap(secured, within);
      this.#secured = undefined;
      this.#relay = undefined;
      this.#socket = relay.socket;
      this.#listen(relay.socket);
      if (rest.length > 0) this.#received(rest);
      relay.socket.resume();
    } catch (cause) {
      const error = new FtpTlsError("timeout", tried, "the server did not end TLS", { cause });
      this.destroy(error);
      throw error;
    }
  }

  /** Fires when this end closes the connection: nobody wants what is under way any more. */
  get givenUp(): AbortSignal {
    return this.#givenUp.signal;
  }

  /** Whether the connection is gone. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Why it is gone, when this end did not close it. */
  get cause(): Error | undefined {
    return this.#cause;
  }

  /**
   * Sends a command.
   *
   * @param shown - What events show in place of the argument, for secrets.
   * @throws ClientClosedError; RangeError for CR, LF or NUL, or for what the server's charset has no room for.
   */
  send(verb: string, argument: string | undefined, shown: string | undefined = argument): void {
    const line = formatCommandLine(verb, argument);
    if (this.#closed) throw this.closedError(verb);
    const bytes = this.nameCodec === undefined ? encodeOctetText(line) : this.nameCodec.encode(line);
    if (bytes === undefined) throw new RangeError("The server's charset has no room for this name");
    this.#owner.sent({ verb, argument: shown });
    this.#due++;
    this.#socket.write(escapeTelnet(bytes));
  }

  /** Sends ABOR, behind a Telnet Synch where the options say so. @throws ClientClosedError. */
  sendAbort(): void {
    this.#awaited = undefined;
    if (this.#telnetSynch && !this.#closed) this.#socket.write(telnetSynch);
    this.send("ABOR", undefined);
  }

  /**
   * Sends a command, and waits for its first reply.
   *
   * @throws FtpOutOfStepError when the reply is one that the command cannot have; the connection is closed then.
   */
  async command(verb: string, argument?: string, shown?: string): Promise<ReceivedReply> {
    this.send(verb, argument, shown);
    this.expect(verb);
    const reply = await this.reply(verb);
    if (this.#isDoubtful(verb, reply)) await this.#prove(verb, reply);
    if (provesStep(reply.code)) this.#inStep = true;
    else if (reply.code >= 200 && leavesDoubt(verb)) this.#inStep = false;
    return reply;
  }

  /**
   * Has the next final reply, and preliminary ones before it, checked against what a command can be answered; undefined
   * ends that. A reply that it cannot have closes the connection.
   */
  expect(verb: string | undefined): void {
    this.#awaited = verb;
  }

  /** Whether a reply may be another command's, and it would matter. */
  #isDoubtful(verb: string, { code }: ReceivedReply): boolean {
    if (!changesFiles(verb) || code === replyCode.serviceNotAvailable) return false;
    if (isUnusual(verb, code)) return !this.#habits.has(`${verb} ${code}`);
    return !this.#inStep && !provesStep(code);
  }

  /** Sends NOOP, to which every server says 200: anything else that comes is the true answer to the command before. */
  async #prove(verb: string, doubtful: ReceivedReply): Promise<void> {
    try {
      for (let asked = 0; asked < 2; asked++) {
        this.send("NOOP", undefined);
        const { code } = await this.reply("NOOP");
        if (code === replyCode.commandOkay || code === replyCode.superfluous) break;
        // A server without NOOP says so twice.
        if (code !== 500 && code !== 502) throw this.#destroyOutOfStep(verb, doubtful);
      }
    } catch (error) {
      if (this.#cause instanceof FtpOutOfStepError) throw this.#cause;
      // A connection that is lost now has brought the reply before.
      if (error instanceof FtpError) return;
      throw error;
    }
    this.#inStep = true;
    if (isUnusual(verb, doubtful.code)) this.#habits.add(`${verb} ${doubtful.code}`);
  }

  #destroyOutOfStep(verb: string, reply: ReceivedReply): FtpOutOfStepError {
    const said = `it said ${reply.code} ${reply.text.slice(0, shownOfReply)} to ${verb}`;
    const message = `the server is out of step: ${said}, which belongs to another command; whether ${verb} was done is not known`;
    const error = new FtpOutOfStepError(this.#talking, message, { verb, reply });
    this.destroy(error);
    return error;
  }

  /**
   * Waits for the next reply.
   *
   * @param verb - What it answers, for errors.
   * @param timeout - Milliseconds. Default: the client's option.
   * @throws FtpTimeoutError; the connection is then closed, since a late reply would be taken for another's.
   */
  async reply(verb: string, timeout: number = this.#replyTimeout): Promise<ReceivedReply> {
    const reply = await this.#nextReply(verb, timeout);
    if (reply !== undefined) return reply;
    throw this.#destroyLate(verb, timeout);
  }

  #destroyLate(verb: string, timeout: number): FtpTimeoutError {
    const tried = `Waiting for the reply to ${verb}`;
    const late = new FtpTimeoutError("reply", tried, `none came within ${timeout} ms`, { verb });
    this.destroy(late);
    return late;
  }

  /**
   * As `reply`, but stops waiting when the signal fires: the reply is still due then.
   *
   * @throws FtpTransferError `aborted`.
   */
  async replyUnless(signal: AbortSignal | undefined, verb: string): Promise<ReceivedReply> {
    const reply = await this.#nextReply(verb, this.#replyTimeout, signal);
    if (reply !== undefined) return reply;
    if (signal?.aborted !== true) throw this.#destroyLate(verb, this.#replyTimeout);
    const tried = `Waiting for the reply to ${verb}`;
    throw new FtpTransferError("aborted", tried, "it was aborted", { verb, cause: signal.reason });
  }

  /** As `reply`, but gives undefined when none comes in time, or before `signal` fires, and stays open. */
  async replyWithin(timeout: number, signal?: AbortSignal): Promise<ReceivedReply | undefined> {
    if (this.#closed && this.#replies.length === 0) return undefined;
    return this.#nextReply("the command before", timeout, signal);
  }

  /** The next reply; undefined when none comes in time, or before the signal fires. */
  #nextReply(verb: string, timeout: number, signal?: AbortSignal): Promise<ReceivedReply | undefined> {
    const ready = this.#replies.shift();
    if (ready !== undefined) return Promise.resolve(ready);
    if (this.#closed) return Promise.reject(this.closedError(verb));
    if (signal?.aborted === true) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        this.#waiter = undefined;
        settle();
        resolve(undefined);
      };
      const timer = setTimeout(giveUp, timeout);
      const settle = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", giveUp);
      };
      signal?.addEventListener("abort", giveUp, { once: true });
      this.#waiter = {
        resolve: (reply) => {
          settle();
          resolve(reply);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      };
    });
  }

  /** Closes at once. What waits is rejected with `cause`. */
  destroy(cause?: Error): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cause = cause;
    this.#socket.destroy();
    const waiter = this.#waiter;
    this.#waiter = undefined;
    waiter?.reject(cause ?? this.closedError("QUIT"));
    if (cause === undefined || cause instanceof ClientClosedError) this.#givenUp.abort(this.closedError("Closing"));
    this.#owner.closed(cause);
  }

  /** The server is in step again: what was still due will not come. */
  inStep(): void {
    this.#awaited = undefined;
    this.#inStep = true;
    this.#replies.length = 0;
    this.#due = 0;
  }

  #received(chunk: Uint8Array): void {
    try {
      this.#parser.push(chunk, (reply) => {
        this.#deliver(reply);
      });
    } catch (cause) {
      this.destroy(
        new FtpError(`Talking to ${this.host}`, cause instanceof Error ? cause.message : "the reply makes no sense", {
          cause,
        }),
      );
    }
  }

  #deliver(reply: ReceivedReply): void {
    this.#owner.received(reply);
    if (reply.code === 110 && this.onRestartMarker !== undefined) {
      this.onRestartMarker(reply.text);
      return;
    }
    const asked = this.#due > 0;
    if (!asked && reply.code !== 421) {
      this.#unasked(reply);
      return;
    }
    if (this.takesReply?.(reply) === true) {
      if (reply.code >= 200) this.#due--;
      this.#latest = reply;
      return;
    }
    const verb = this.#awaited;
    if (verb !== undefined && !canAnswer(verb, reply.code)) {
      if (this.#repeats(reply)) this.#owner.warned(`The server said ${reply.code} twice`);
      else this.#destroyOutOfStep(verb, reply);
      return;
    }
    if (reply.code >= 200) {
      this.#due--;
      this.#awaited = undefined;
    }
    this.#latest = reply;
    const waiter = this.#waiter;
    this.#waiter = undefined;
    if (waiter !== undefined) waiter.resolve(reply);
    else if (asked && this.#replies.length < unawaitedReplies) this.#replies.push(reply);
    else if (asked) this.destroy(new FtpConnectionError(this.#talking, "the server sends replies without end"));
    if (reply.code === 421) this.destroy(new FtpReplyError(this.#talking, reply, ""));
  }

  /** The same once more is a server's slip; anything else may be a late answer, and then the others were wrong. */
  #unasked(reply: ReceivedReply): void {
    if (this.#repeats(reply)) {
      this.#owner.warned(`The server said ${reply.code} twice`);
      return;
    }
    const message = `the server is out of step: it said ${reply.code} ${reply.text.slice(0, shownOfReply)} to nothing`;
    this.destroy(new FtpOutOfStepError(this.#talking, message, { reply }));
  }

  /** The reply before once more; and a greeting or a welcome in several replies, which no other command has. */
  #repeats({ code, text }: ReceivedReply): boolean {
    if (code !== this.#latest?.code) return false;
    return text === this.#latest.text || code === replyCode.serviceReady || code === replyCode.loggedIn;
  }

  /** What an operation is told that needs the connection, once it is gone. */
  closedError(verb: string): ClientClosedError {
    const why = this.#cause === undefined ? "the client is closed" : `the client is closed (${this.#cause.message})`;
    return new ClientClosedError(verb, why, { verb, cause: this.#cause });
  }
}
