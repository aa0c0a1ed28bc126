/**
 * One transfer from the client's end: parameters, data connection, verb, preliminary reply; and its end, rightly or not.
 *
 * The data connection and the completion reply end in either order; both are waited for. A reset of the data connection
 * never closes the control connection.
 */
import type { Socket } from "node:net";
import type { ReceivedReply } from "../protocol/index.ts";
import { DataConnection, DataConnectionError } from "../net/index.ts";
import type { ControlConnection } from "./control-connection.ts";
import type { DataConnector, PendingData } from "./data-connection.ts";
import { FtpReplyError, FtpTimeoutError, FtpTransferError } from "./errors.ts";

/** Milliseconds for the replies after an abort; then the client is closed. */
export const abortTimeout = 3_000;

/** What a transfer is to be. */
export interface TransferRequest {
  readonly verb: string;
  readonly argument: string | undefined;
  /** Octets to skip by REST. */
  readonly offset: number;
  /** What is tried, for errors. */
  readonly tried: string;
  readonly signal: AbortSignal | undefined;
}

/** A transfer whose data connection is open. */
export class Transfer {
  readonly connection: DataConnection;
  readonly preliminary: ReceivedReply;
  readonly #control: ControlConnection;
  readonly #request: TransferRequest;
  #completion: ReceivedReply | undefined;
  #over = false;

  private constructor(
    control: ControlConnection,
    request: TransferRequest,
    socket: Socket,
    preliminary: ReceivedReply,
  ) {
    this.#control = control;
    this.#request = request;
    this.connection = new DataConnection(socket);
    this.preliminary = preliminary;
    // A server may answer at once with the completion, where there is nothing to send.
    if (preliminary.code >= 200) this.#completion = preliminary;
  }

  /** Begins a transfer. @throws FtpReplyError when the server refuses it; what making the data connection throws. */
  static async begin(control: ControlConnection, data: DataConnector, request: TransferRequest): Promise<Transfer> {
    const { verb, argument, offset, tried, signal } = request;
    const pending = await data.prepare(signal);
    let preliminary: ReceivedReply;
    try {
      if (offset > 0) {
        const rest = await control.command("REST", String(offset));
        if (rest.code >= 400 || rest.code < 300) throw new FtpReplyError(tried, rest, "REST");
      }
      preliminary = await control.command(verb, argument);
      if (preliminary.code >= 300) throw new FtpReplyError(tried, preliminary, verb);
    } catch (error) {
      pending.close();
      throw error;
    }
    return new Transfer(control, request, await socketOf(control, pending, request, preliminary), preliminary);
  }

  /** Whether the transfer is over, either way. */
  get over(): boolean {
    return this.#over;
  }

  /**
   * Closes this end of the data connection and waits for the completion reply: some servers (ProFTPD) wait for that close
   * before they send it.
   *
   * @throws FtpReplyError when the server tells a failure.
   */
  async finish(): Promise<ReceivedReply> {
    const { verb, tried } = this.#request;
    this.#over = true;
    this.connection.socket.end();
    const reply = this.#completion ?? (await this.#control.reply(verb));
    this.#completion = reply;
    if (reply.code >= 300 || reply.code < 200) throw new FtpReplyError(tried, reply, verb);
    return reply;
  }

  /**
   * Ends the transfer before its time and brings the control connection back into step: the data connection is reset, so
   * that a server cannot take half a file for a whole one, ABOR is sent, and the replies are read off.
   */
  async abort(): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    this.connection.reset();
    await resynchronise(this.#control, this.#completion === undefined);
  }

  /**
   * What the failure of a transfer means to the caller: the server's own words where it has some, the cause otherwise.
   * The transfer is over when this returns.
   */
  async failed(error: unknown): Promise<Error> {
    const { tried, verb, signal } = this.#request;
    if (this.#control.closed) return this.#control.cause ?? asError(error);
    if (signal?.aborted === true || (error instanceof DataConnectionError && error.kind === "aborted")) {
      await this.abort();
      return new FtpTransferError("aborted", tried, "it was aborted", { verb, cause: signal?.reason ?? error });
    }
    if (!(error instanceof DataConnectionError)) {
      await this.abort();
      return asError(error);
    }
    if (error.kind === "stalled") {
      await this.abort();
      return new FtpTimeoutError("stall", tried, "the server moved no data for too long", { verb, cause: error });
    }
    // The connection broke: the server has a reply for that, which tells more than the break does.
    this.#over = true;
    const reply = this.#completion ?? (await this.#control.replyWithin(abortTimeout).catch(() => undefined));
    if (reply !== undefined && reply.code >= 400) return new FtpReplyError(tried, reply, verb);
    if (reply === undefined) await resynchronise(this.#control, true);
    return new FtpTransferError("broken", tried, "the data connection broke", { verb, reply, cause: error });
  }
}

async function socketOf(
  control: ControlConnection,
  pending: PendingData,
  request: TransferRequest,
  preliminary: ReceivedReply,
): Promise<Socket> {
  try {
    return await pending.socket(request.signal);
  } catch (error) {
    pending.close();
    // The server waits with its data connection, or has told why it has none.
    if (!control.closed && preliminary.code < 200) await resynchronise(control, true);
    throw error;
  }
}

/** Reads replies off until the connection is in step, or closes it. */
async function resynchronise(control: ControlConnection, completionDue: boolean): Promise<void> {
  if (control.closed) return;
  const lost = new FtpTransferError("aborted", "Aborting a transfer", "the server did not come back into step");
  try {
    control.send("ABOR", undefined);
    const expected = completionDue ? 2 : 1;
    for (let seen = 0; seen < expected; seen++) {
      if ((await control.replyWithin(abortTimeout)) !== undefined) continue;
      if (seen === 0) return control.destroy(lost);
      // Some servers answer the transfer and ABOR in one: a NOOP tells where its replies begin.
      return await findStep(control, lost);
    }
  } catch {
    control.destroy(lost);
  }
}

async function findStep(control: ControlConnection, lost: Error): Promise<void> {
  control.send("NOOP", undefined);
  for (let seen = 0; seen < 3; seen++) {
    const reply = await control.replyWithin(abortTimeout);
    if (reply === undefined) break;
    if (reply.code === 200) return;
  }
  control.destroy(lost);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
