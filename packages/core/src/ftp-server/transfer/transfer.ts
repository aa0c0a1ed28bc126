/**
 * One transfer from its preliminary to its completion reply (RFC 959 §3.2, §5.4).
 *
 *     passive  150, the peer's connection is accepted, bytes, close, 226
 *     active   the connection is made, 125, bytes, close, 226 (250 with `replies: "netx"`)
 *     kept     the last transfer's connection is there, 125, bytes, 250 (modes B and C, RFC 959 §3.3)
 *
 * The file is open before the preliminary reply. Whatever breaks is thrown, and answered in one place; on every path the
 * socket is closed, the passive port given back and the reservation released.
 *
 * ABOR is answered at once wherever it comes: storages and reservations may take their time, and what they bring later is
 * given back.
 */
import type { Socket } from "node:net";
import { isCallbackError } from "../../bytes/index.ts";
import { DataConnection, dial, endGently, KeptConnection, type PumpOptions } from "../../net/index.ts";
import { message, normaliseAddress, replyCode, type Text } from "../../protocol/index.ts";
import { CommandError } from "../command-error.ts";
import { isReservationRefusal, type Reservation } from "../reservations.ts";
import type { Session } from "../session/session.ts";
import { tellTlsFailed } from "../session/session-tls.ts";

/** What a verb wants moved. */
export interface TransferJob {
  readonly verb: string;
  readonly path: string;
  readonly direction: "upload" | "download" | "listing";
  /** Octets skipped or kept at the start. */
  readonly offset: number;
  /** Octets of the whole file, where known. */
  readonly size?: number | undefined;
  /** Octets that will move, where known. */
  readonly expectedBytes?: number | undefined;
  /** The preliminary reply's text. */
  readonly opening: Text;
  /** Whether the data tells the end of the file, so that the connection stays open for the next. */
  readonly keepsConnection: boolean;
  /** Moves the bytes; the connection is open. */
  move(connection: DataConnection, options: PumpOptions): Promise<unknown>;
  /**
   * Makes the outcome hold, once the data connection is done with.
   *
   * @param signal - Ends what is waited for before the outcome holds.
   * @returns Text for the completion reply.
   */
  complete(session: Session, signal: AbortSignal): Promise<Text>;
  /** Gives up what is open. Called after a failure; never throws. @param cause - The failure. */
  abandon(cause: unknown): Promise<void>;
}

/** The port that stands for any, in the options. */
const anyPort = 0;

/** What a verb is about to move. */
export interface TransferPlan {
  readonly verb: string;
  readonly path: string;
  /**
   * Opens what is moved.
   *
   * @param signal - Ends the opening: a storage may take its time, and ABOR is not to wait for it.
   */
  open(signal: AbortSignal): Promise<TransferJob>;
}

/**
 * Runs a transfer and replies its preliminary and its completion; a failure is thrown after `abandon`.
 *
 * From the first look at the storage on it is a transfer to the session: STAT tells of it, and ABOR ends it.
 *
 * @throws whatever broke it, for the dispatcher to answer.
 */
export async function runTransfer(session: Session, plan: TransferPlan): Promise<void> {
  const abort = new AbortController();
  session.transferred = 0;
  session.moveTransfer({ event: "begin", verb: plan.verb, path: plan.path, abort });
  const { endpoint } = session;
  // What its peer does to a connection that has come already is this transfer's to judge.
  if (endpoint.end === "passive") endpoint.arming.claim();
  try {
    if (session.isAbortWaiting) throw abortedAsAsked();
    const job = await untilAborted(abort.signal, plan.open(abort.signal), (late) => late.abandon(abort.signal.reason));
    session.moveTransfer({ event: "opened" });
    await runJob(session, job, abort);
  } finally {
    if (endpoint.end === "passive") endpoint.arming.unclaim();
    session.moveTransfer({ event: "end" });
  }
}

async function runJob(session: Session, job: TransferJob, abort: AbortController): Promise<void> {
  const begun = performance.now();
  let connection: DataConnection | undefined;
  let reservation: Reservation | undefined;
  let complete = false;
  let moving: Promise<unknown> | undefined;
  const outward = job.direction !== "upload";
  try {
    demandReady(session);
    reservation = await untilAborted(abort.signal, reserveTransfer(session, job), (late) =>
      releaseTransfer(session, late, false),
    );
    // Active while connected: NetX Duo's documents tell the two apart by their completion codes.
    const active = session.endpoint.end !== "passive";
    connection = await openDataConnection(session, job, abort.signal);
    session.moveTransfer({ event: "connected", at: performance.now() });
    tellStart(session, job);
    const { limits } = session.host.options;
    moving = job.move(connection, {
      buffers: session.host.buffers,
      stallTimeout: limits.stallTimeout,
      signal: abort.signal,
      quietEnd: limits.quietEnd,
      onBytes: (count) => {
        session.transferred += count;
      },
    });
    // What is sent may come from a storage that does not answer; what is received is to be kept before the reply.
    await (outward ? untilAborted(abort.signal, moving, ignore) : moving);
    const netx = session.host.options.replies === "netx";
    const keeps = job.keepsConnection && connection.servesAgain;
    if (abort.signal.aborted) throw abort.signal.reason;
    if (outward && !keeps) await endOutward(connection.socket, abort.signal, limits.stallTimeout);
    // The data connection is closed before the reply (RFC 959 §5.2), and while the upload is completed.
    const closed = outward || keeps ? undefined : closeInward(connection.socket, limits.closeTimeout);
    const text = await job.complete(session, abort.signal);
    complete = true;
    if (keeps) keep(session, connection);
    await closed;
    session.moveTransfer({ event: "end" });
    tellEnd(session, job, begun);
    session.reply(keeps || (netx && active) ? replyCode.fileActionOkay : replyCode.closingDataConnection, text);
  } catch (error) {
    // A reset, not a close: to the peer of a download a close would be the end of the file.
    connection?.reset();
    const cause: unknown = abort.signal.aborted ? abort.signal.reason : error;
    const given = giveUp(job, moving, cause);
    if (!outward || !abort.signal.aborted) await given;
    session.moveTransfer({ event: "end" });
    tellBroken(session, job, begun, cause);
    throw cause;
  } finally {
    session.tally.add(job.direction, session.transferred);
    // A connection that came and was not taken is closed by the dispatcher, after the reply.
    if (session.endpoint.end === "passive" && !session.endpoint.arming.connected) {
      session.endpoint.arming.release();
      session.moveEndpoint({ event: "used" });
    }
    await releaseTransfer(session, reservation, complete);
  }
}

/** Gives up what is open, once nothing reads or writes it any more. Never rejects. */
async function giveUp(job: TransferJob, moving: Promise<unknown> | undefined, cause: unknown): Promise<void> {
  await moving?.catch(ignore);
  await job.abandon(cause);
}

/** @throws CommandError when there is nobody to move anything to, or not as things are. */
function demandReady(session: Session): void {
  // It may have been closed while the file was opened.
  if (session.over || !session.answers)
    throw new CommandError("transfer-aborted", message("The control connection was lost"));
  if (session.tlsPolicy?.requireForData === true && session.protection.level === "clear") {
    throw new CommandError(
      "data-protection-required",
      message("Data connections must be private here: send PBSZ 0 and PROT P"),
    );
  }
}

/** What an ABOR says of the transfer that it ends. */
export function abortedAsAsked(): CommandError {
  return new CommandError("transfer-aborted", message("Transfer aborted as you asked"));
}

/**
 * Waits for a result, but no longer than until a signal is aborted: what the result is made by may not heed the signal.
 *
 * @param tidy - Takes care of a result that comes after that.
 * @param isSettled - Tells whether it is too late to abort: what has begun to hold is waited for.
 * @throws the signal's reason; what the result is rejected with.
 */
export function untilAborted<T>(
  signal: AbortSignal,
  result: Promise<T>,
  tidy: (late: T) => void | Promise<void>,
  isSettled: () => boolean = never,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      if (isSettled()) return;
      // The reasons of this server's aborts are errors.
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- see above
      reject(signal.reason);
    };
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
    result.then(
      (value) => {
        signal.removeEventListener("abort", abort);
        if (signal.aborted && !isSettled()) void Promise.resolve(tidy(value)).catch(ignore);
        resolve(value);
      },
      (error: unknown) => {
        signal.removeEventListener("abort", abort);
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- it is passed on as it came
        reject(signal.aborted ? signal.reason : error);
      },
    );
  });
}

function never(): boolean {
  return false;
}

function ignore(): void {
  // Nobody waits for it any more.
}

/** Asks the application's reservations. @throws CommandError `reserved-elsewhere` when they refuse. */
export async function reserveTransfer(
  session: Session,
  job: Pick<TransferJob, "direction" | "path" | "expectedBytes">,
): Promise<Reservation | undefined> {
  const { reservations } = session.host.options;
  if (reservations === undefined) return undefined;
  const { connection, account } = session;
  const { direction, path, expectedBytes } = job;
  const answer = await reservations.reserve({ kind: "transfer", connection, account, direction, path, expectedBytes });
  if (isReservationRefusal(answer)) throw new CommandError("reserved-elsewhere", answer.message);
  return answer;
}

/** Gives a reservation back. Never rejects. */
export async function releaseTransfer(
  session: Session,
  reservation: Reservation | undefined,
  complete: boolean,
): Promise<void> {
  if (reservation === undefined) return;
  try {
    await reservation.release({ bytes: session.transferred, complete });
  } catch (cause) {
    session.host.fault("releasing a reservation", cause, session.id);
  }
}

/** The connection serves the next transfer too. */
function keep(session: Session, connection: DataConnection): void {
  if (session.over) {
    void closeInward(connection.socket, session.host.options.limits.closeTimeout);
    return;
  }
  session.moveEndpoint({ event: "used" });
  const kept = new KeptConnection(connection, () => {
    if (session.endpoint.end === "kept" && session.endpoint.connection === kept)
      session.moveEndpoint({ event: "lost" });
  });
  session.moveEndpoint({ event: "kept", connection: kept });
}

/** Opens it, and puts TLS over it where PROT says so: after the preliminary reply, for which clients wait (RFC 4217 §12). */
async function openDataConnection(session: Session, job: TransferJob, signal: AbortSignal): Promise<DataConnection> {
  const { endpoint } = session;
  if (endpoint.end === "kept") {
    session.moveEndpoint({ event: "used" });
    session.reply(replyCode.dataConnectionAlreadyOpen, job.opening);
    return endpoint.connection.take();
  }
  const connection = new DataConnection(await openSocket(session, job, signal));
  await protect(session, job, connection, endpoint.end === "passive" && endpoint.asClient === true, signal);
  // What the peer might send on a download is read and dropped, so that its close is seen. Not before TLS has what is its own.
  if (job.direction !== "upload" && !job.keepsConnection) connection.socket.resume();
  return connection;
}

/** TLS over a data connection, where PROT says so. @param cpsv - Whether CPSV set it up. */
async function protect(
  session: Session,
  job: TransferJob,
  connection: DataConnection,
  cpsv: boolean,
  signal: AbortSignal,
): Promise<void> {
  const { tls, tlsPolicy, protection } = session;
  if (protection.level === "clear" || tls === undefined) return;
  const inward = job.direction === "upload";
  const peer = normaliseAddress(connection.socket.remoteAddress ?? "");
  const asClient = protection.asClient || cpsv;
  // Another server cannot have the session of the client that brought the two together.
  const own = peer === session.connection.remote.address || peer === session.dataPeer;
  const foreign = !own && session.allowsForeignData;
  try {
    if (!asClient && !foreign) {
      await tls.secureData(connection, tlsPolicy?.requireResumption !== false, inward, signal);
      return;
    }
    await tls.secureForeign(connection, peer, asClient ? "client" : "server", inward, signal);
  } catch (cause) {
    tellTlsFailed(session, "data", cause);
    throw cause;
  }
}

async function openSocket(session: Session, job: TransferJob, signal: AbortSignal): Promise<Socket> {
  const { endpoint, host } = session;
  session.dataTried = true;
  if (endpoint.end === "passive") {
    session.reply(replyCode.openingDataConnection, job.opening);
    return endpoint.arming.connection(host.options.limits.dataConnectionTimeout, signal);
  }
  const socket = await dialClient(session, signal);
  session.reply(replyCode.dataConnectionAlreadyOpen, job.opening);
  return socket;
}

/** Connects to where the client listens. @throws DataConnectionError. */
export function dialClient(session: Session, signal?: AbortSignal): Promise<Socket> {
  const { endpoint, host } = session;
  const { remote } = session.connection;
  // With neither PORT nor PASV, the user's data port is its control port (RFC 959 §3.2).
  const target = endpoint.end === "active" ? endpoint.address : remote;
  const localPort = host.options.active.localPort ?? Math.max(anyPort, host.listenerPort - 1);
  return dial({
    host: target.address,
    port: target.port,
    localAddress: session.dataSource,
    localPort: localPort === anyPort ? undefined : localPort,
    timeout: host.options.limits.dataConnectionTimeout,
    signal,
  });
}

/** Closes an outward connection: the end of the file is told by it, so the completion waits until it is sent. */
function endOutward(socket: Socket, signal: AbortSignal, timeout: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      if (isCallbackError(error))
        reject(new CommandError("transfer-aborted", message("The data connection broke at its end")));
      else resolve();
    };
    const abort = (): void => {
      socket.destroy();
      done(new Error("aborted"));
    };
    const timer = setTimeout(abort, timeout);
    signal.addEventListener("abort", abort, { once: true });
    socket.once("error", done);
    socket.end(() => {
      done();
      // The peer's own close is awaited in the background: closing with its bytes unread would reset the connection.
      socket.resume();
      const lingering = setTimeout(() => socket.destroy(), lingerTime);
      lingering.unref();
      socket.once("close", () => clearTimeout(lingering));
    });
  });
}

/** Milliseconds in which the peer of a finished download may close its end. */
const lingerTime = 10_000;

/**
 * Closes our end of a connection whose peer has sent all it had.
 *
 * @returns Settles when our end is sent, or cannot be; the peer's own close is not waited for.
 */
function closeInward(socket: Socket, within: number): Promise<void> {
  return new Promise((resolve) => {
    endGently(socket, within, resolve);
  });
}

function tellStart(session: Session, job: TransferJob): void {
  if (job.direction === "listing") return;
  const event = job.direction === "upload" ? "upload-start" : "download-start";
  if (!session.host.hears(event)) return;
  const { verb, path, offset, size } = job;
  session.host.tell(event, { ...session.event(), account: session.account.name, verb, path, offset, size });
}

function tellEnd(session: Session, job: TransferJob, begun: number): void {
  if (job.direction === "listing") return;
  if (session.host.hears(job.direction)) session.host.tell(job.direction, outcome(session, job, begun));
}

function tellBroken(session: Session, job: TransferJob, begun: number, cause: unknown): void {
  if (job.direction === "listing") return;
  const event = job.direction === "upload" ? "upload-broken" : "download-broken";
  if (!session.host.hears(event)) return;
  const message = cause instanceof Error ? cause.message : String(cause);
  session.host.tell(event, { ...outcome(session, job, begun), message, cause });
}

function outcome(session: Session, job: TransferJob, begun: number): import("../events.ts").TransferEvent {
  const { verb, path, offset } = job;
  const account = session.login.state === "in" ? session.login.account.name : "";
  const milliseconds = Math.round(performance.now() - begun);
  return { ...session.event(), account, verb, path, offset, bytes: session.transferred, milliseconds };
}
