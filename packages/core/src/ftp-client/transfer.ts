/**
 * One transfer from the client's end: parameters, data connection, verb, preliminary reply; and its end, rightly or not.
 *
 * The data connection and the completion reply end in either order; both are waited for. A reset of the data connection
 * never closes the control connection.
 */
import { DataFormatError, replyCode, type ReceivedReply } from "../protocol/index.ts";
import { DataConnection, DataConnectionError, TlsError } from "../net/index.ts";
import type { ControlConnection } from "./control-connection.ts";
import type { DataConnector, PendingData } from "./data-connection.ts";
import { NoopKeepAlive } from "./keep-alive.ts";
import { FtpReplyError, FtpTimeoutError, FtpTlsError, FtpTransferError } from "./errors.ts";
import { LinkedSignal } from "./linked-signal.ts";
import { abortTimeout, earlyReplies, resynchronise } from "./resynchronise.ts";

/** What a transfer is to be. */
export interface TransferRequest {
  readonly verb: string;
  readonly argument: string | undefined;
  /** Octets to skip by REST, or a marker of the server's (RFC 959 §3.5). */
  readonly restart: number | string;
  /** Whether the data tells the end of the file, so that its connection may serve again. */
  readonly keepsConnection?: boolean;
  /** Milliseconds between two NOOPs while data moves. Default: none is sent. */
  readonly noopEvery?: number;
  /** Told of the 110 replies that answer our restart markers. */
  readonly onMarker?: ((text: string) => void) | undefined;
  /** What is tried, for errors. */
  readonly tried: string;
  readonly signal: AbortSignal | undefined;
}

/** A transfer whose data connection is open. */
export class Transfer {
  readonly connection: DataConnection;
  readonly preliminary: ReceivedReply;
  readonly #control: ControlConnection;
  readonly #data: DataConnector;
  readonly #request: TransferRequest;
  readonly #noops: NoopKeepAlive | undefined;
  #kept = false;
  #completion: ReceivedReply | undefined;
  #over = false;

  private constructor(
    control: ControlConnection,
    data: DataConnector,
    request: TransferRequest,
    connection: DataConnection,
    preliminary: ReceivedReply,
  ) {
    this.#control = control;
    this.#data = data;
    this.#request = request;
    this.connection = connection;
    this.preliminary = preliminary;
    // A server may answer at once with the completion, where there is nothing to send.
    if (preliminary.code >= 200) this.#completion = preliminary;
    control.givenUp.addEventListener("abort", this.#giveUp, { once: true });
    if (control.givenUp.aborted) this.#giveUp();
    const { noopEvery = 0 } = request;
    if (noopEvery > 0 && preliminary.code < 200) this.#noops = new NoopKeepAlive(control, noopEvery);
  }

  /** Nobody waits for the server any more: neither must whoever moves the data. */
  readonly #giveUp = (): void => this.connection.reset();

  /**
   * Begins a transfer.
   *
   * @throws FtpReplyError when the server refuses it; FtpTransferError `aborted`; ClientClosedError when the client is
   * closed meanwhile; what making the data connection throws.
   */
  static async begin(control: ControlConnection, data: DataConnector, request: TransferRequest): Promise<Transfer> {
    const link = new LinkedSignal([request.signal, control.givenUp]);
    try {
      return await Transfer.#begin(control, data, { ...request, signal: link.signal });
    } catch (error) {
      control.onRestartMarker = undefined;
      throw whyNotBegun(control, request, error);
    } finally {
      link.release();
    }
  }

  /** @param again - Whether it was tried before, and a stranger's connection came to the port that the server was told. */
  static async #begin(
    control: ControlConnection,
    data: DataConnector,
    request: TransferRequest,
    again = false,
  ): Promise<Transfer> {
    const { verb, argument, restart, tried, signal, onMarker } = request;
    const pending = await data.prepare(signal, verb === "STOR" || verb === "APPE" || verb === "STOU");
    let preliminary: ReceivedReply;
    let opened: Promise<DataConnection> | undefined;
    try {
      if (restart !== 0) {
        const rest = await control.command("REST", String(restart));
        if (rest.code >= 400 || rest.code < 300) throw new FtpReplyError(tried, rest, "REST");
      }
      control.onRestartMarker = onMarker;
      control.send(verb, argument);
      control.expect(verb);
      const replied = control.replyUnless(signal, verb);
      // Under TLS some servers shake hands before they reply, others after: the client is ready for both.
      if (pending.passive) opened = openConnection(control, pending, request);
      opened?.catch(ignore);
      preliminary = await replied;
      if (preliminary.code >= 300) throw new FtpReplyError(tried, preliminary, verb);
    } catch (error) {
      pending.close();
      // A port that the system gave this end may be one that somebody else still connected to, late. The server finds it
      // closed then, and nothing has travelled.
      if (!again && pending.isTaken?.() === true && isNotConnected(error))
        return Transfer.#begin(control, data, request, true);
      if (isAborted(error)) await resynchronise(control, true);
      throw error;
    }
    try {
      const connection = await (opened ?? openConnection(control, pending, request));
      return new Transfer(control, data, request, connection, preliminary);
    } catch (error) {
      pending.close();
      throw await notOpened(control, request, preliminary, error);
    }
  }

  /** Whether the transfer is over, either way. */
  get over(): boolean {
    return this.#over;
  }

  /**
   * Closes this end of the data connection and waits for the completion reply: some servers (ProFTPD) wait for that close
   * before they send it.
   *
   * @throws FtpReplyError when the server tells a failure; FtpTransferError `aborted`.
   */
  async finish(): Promise<ReceivedReply> {
    const { verb, tried, keepsConnection = false } = this.#request;
    this.#over = true;
    this.#noops?.stop();
    if (!keepsConnection) this.connection.socket.end();
    const reply = await this.#completed();
    if (reply.code >= 300 || reply.code < 200) throw new FtpReplyError(tried, reply, verb);
    // 250 is for a connection that stays, 226 for one that closes (RFC 959 §3.3).
    this.#kept = keepsConnection && reply.code === 250;
    return reply;
  }

  /** What the server says to a data connection that broke; undefined when it says nothing. */
  async #replyToBreak(): Promise<ReceivedReply | undefined> {
    for (let early = 0; ; early++) {
      const reply = await this.#control.replyWithin(abortTimeout).catch(() => undefined);
      if (reply === undefined || reply.code >= 200 || early >= earlyReplies) return reply;
    }
  }

  async #completed(): Promise<ReceivedReply> {
    try {
      this.#completion ??= await this.#awaitCompletion();
      return this.#completion;
    } finally {
      await this.#noops?.settle();
    }
  }

  async #awaitCompletion(): Promise<ReceivedReply> {
    const { verb, tried, signal } = this.#request;
    try {
      for (let early = 0; ; early++) {
        const reply = await this.#control.replyUnless(signal, verb);
        if (reply.code >= 200 || early >= earlyReplies) return reply;
      }
    } catch (error) {
      if (!isAborted(error)) throw error;
      this.connection.reset();
      await resynchronise(this.#control, true);
      throw new FtpTransferError("aborted", tried, "it was aborted", { verb, cause: signal?.reason });
    }
  }

  /** Lets go of the data connection: it is closed, or kept for the next transfer. */
  dispose(): void {
    this.#control.givenUp.removeEventListener("abort", this.#giveUp);
    this.#control.onRestartMarker = undefined;
    this.#noops?.stop();
    if (!this.#kept) this.connection.socket.destroy();
    else if (!this.connection.socket.destroyed) this.#data.keep(this.connection);
    this.#kept = false;
  }

  /**
   * Ends the transfer before its time and brings the control connection back into step: the data connection is reset, so
   * that a server cannot take half a file for a whole one, ABOR is sent, and the replies are read off.
   */
  async abort(): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    this.connection.reset();
    this.#noops?.stop();
    await resynchronise(this.#control, this.#completion === undefined);
    await this.#noops?.settle();
  }

  /**
   * What the failure of a transfer means to the caller: the server's own words where it has some, the cause otherwise.
   * The transfer is over when this returns.
   */
  async failed(error: unknown): Promise<Error> {
    const { tried, verb, signal } = this.#request;
    if (this.#control.closed) return this.#control.cause ?? this.#control.closedError(verb);
    if (signal?.aborted === true || (error instanceof DataConnectionError && error.kind === "aborted")) {
      await this.abort();
      return new FtpTransferError("aborted", tried, "it was aborted", { verb, cause: signal?.reason ?? error });
    }
    const truncated = error instanceof DataFormatError && error.kind === "truncated";
    if (!(error instanceof DataConnectionError) && !truncated) {
      await this.abort();
      if (!(error instanceof DataFormatError)) return asError(error);
      return new FtpTransferError("malformed", tried, error.message, { verb, cause: error });
    }
    if (!truncated && error.kind === "stalled") {
      await this.abort();
      return new FtpTimeoutError("stall", tried, "the server moved no data for too long", { verb, cause: error });
    }
    // The connection broke: the server has a reply for that, which tells more than the break does.
    this.#over = true;
    this.#noops?.stop();
    const reply = this.#completion ?? (await this.#replyToBreak());
    if (reply === undefined) await resynchronise(this.#control, true);
    await this.#noops?.settle();
    if (reply !== undefined && reply.code >= 400) return new FtpReplyError(tried, reply, verb);
    return new FtpTransferError("broken", tried, "the data connection broke", { verb, reply, cause: error });
  }
}

/** Why there is no transfer, in the client's own kinds of errors. */
function whyNotBegun(control: ControlConnection, { verb, tried, signal }: TransferRequest, error: unknown): Error {
  if (!(error instanceof DataConnectionError || error instanceof TlsError || isAborted(error))) return asError(error);
  if (control.closed) return control.cause ?? control.closedError(verb);
  if (signal?.aborted !== true) return asError(error);
  return new FtpTransferError("aborted", tried, "it was aborted", { verb, cause: signal.reason });
}

function isNotConnected(error: unknown): boolean {
  return error instanceof FtpReplyError && error.code === replyCode.cannotOpenDataConnection;
}

function isAborted(error: unknown): boolean {
  return error instanceof FtpTransferError && error.kind === "aborted";
}

/** The data connection, under TLS where that was agreed on. */
async function openConnection(
  control: ControlConnection,
  pending: PendingData,
  request: TransferRequest,
): Promise<DataConnection> {
  if (pending.kept !== undefined) return pending.kept;
  const connection = new DataConnection(await pending.socket(request.signal));
  const { dataTls } = control;
  if (dataTls === undefined) return connection;
  const abort = (): void => connection.reset();
  request.signal?.addEventListener("abort", abort, { once: true });
  try {
    connection.wrap(await dataTls.secureData(connection.socket));
    return connection;
  } finally {
    request.signal?.removeEventListener("abort", abort);
  }
}

/** Why there is no data connection, once the control connection is in step again. */
async function notOpened(
  control: ControlConnection,
  { tried, verb }: TransferRequest,
  preliminary: ReceivedReply,
  error: unknown,
): Promise<Error> {
  if (control.closed || preliminary.code >= 200) return asError(error);
  if (!(error instanceof TlsError)) {
    // The server waits with its data connection, or has told why it has none.
    await resynchronise(control, true);
    return asError(error);
  }
  const reply = await control.replyWithin(abortTimeout).catch(() => undefined);
  // Of a certificate that is not to be trusted the server knows nothing.
  const told = reply !== undefined && reply.code >= 400 && error.kind !== "unverified";
  if (told) return new FtpReplyError(tried, reply, verb);
  if (reply === undefined) await resynchronise(control, true);
  return new FtpTlsError(error.kind, tried, error.message, { verb, reply, cause: error });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function ignore(): void {
  // Told where the connection is awaited.
}
