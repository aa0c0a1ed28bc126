/**
 * A session: one control connection, and during a transfer a data connection (RFC 959 §2.3).
 *
 * It owns four small state machines (login, transfer parameters, data endpoint, transfer) and what the one-shot verbs
 * leave for the next command. Commands run one after the other; what comes meanwhile waits in a bounded queue.
 */
import {
  readWrite,
  type Account,
  type ConnectionInfo,
  type LogoutReason,
  type Permission,
  type TlsPolicy,
} from "../../accounts/index.ts";
import { ControlChannel, type ControlChannelOwner } from "../../net/index.ts";
import {
  CommandLineReader,
  encodeOctetText,
  escapeTelnet,
  formatReply,
  message,
  renderText,
  replyCode,
  shortenReplyText,
  type CommandLineEvent,
  type HashAlgorithm,
  type NameCodec,
  type Catalogue,
  type Message,
  type Text,
} from "../../protocol/index.ts";
import { resolveVirtualPath, rootPath, type VirtualPath } from "../../storage/index.ts";
import type { Socket } from "node:net";
import { CommandError } from "../command-error.ts";
import {
  clearData,
  dataProtectionTransition,
  type DataProtection,
  type DataProtectionEvent,
} from "./data-protection.ts";
import { dispatch, overtakes } from "../dispatch.ts";
import type { SessionEvent } from "../events.ts";
import type { ConnectionEnds } from "../proxy-gate.ts";
import type { Reservation } from "../reservations.ts";
import { dataEndpointTransition, defaultEndpoint, type DataEndpoint, type DataEndpointEvent } from "./data-endpoint.ts";
import { defaultHashAlgorithm } from "./hash-choice.ts";
import { english, type Language } from "./language.ts";
import { loggedOut, loginTransition, type LoginEvent, type LoginState } from "./login-state.ts";
import { OneShots } from "./one-shots.ts";
import type { SessionHost } from "./session-host.ts";
import { SessionTally } from "./session-tally.ts";
import { takeSecured, type SecuredControl, type SessionTls } from "./session-tls.ts";
import {
  defaultTransferParameters,
  transferParametersTransition,
  type TransferParameters,
  type TransferParametersEvent,
} from "./transfer-parameters.ts";
import { noTransfer, transferTransition, type TransferState, type TransferStateEvent } from "./transfer-state.ts";
import { WaitingCommands } from "./waiting-commands.ts";

/** Bits that new files and folders lack unless SITE UMASK says otherwise. */
export const defaultUmask = 0o022;

/** Commands of one session that run before the others get their turn: a chunk of the network may hold ten thousand. */
export const commandsPerTurn = 32;

/** Octets of the longest reply that NetX Duo's client can take: one less than its control connection's window. */
const netxReplyLimit = 399;

/** One client's session. */
export class Session implements ControlChannelOwner {
  readonly id: string;
  readonly host: SessionHost;
  readonly channel: ControlChannel;
  connection: ConnectionInfo;
  /** TLS of this session, once it has any: data connections need it after CCC too. */
  tls: SessionTls | undefined;
  protection: DataProtection = clearData;
  readonly oneShots: OneShots = new OneShots();
  /** When it began, in milliseconds of a clock that never goes back or leaps (`performance.now`). */
  readonly started: number = performance.now();
  login: LoginState = loggedOut;
  parameters: TransferParameters = defaultTransferParameters;
  endpoint: DataEndpoint = defaultEndpoint;
  transfer: TransferState = noTransfer;
  /** Octets moved by the running transfer. */
  transferred = 0;
  /** Whether the last transfer came as far as its data connection. */
  dataTried = false;
  readonly tally: SessionTally = new SessionTally();
  workingDirectory: VirtualPath = rootPath;
  umask: number = defaultUmask;
  /** Facts that OPTS MLST chose; undefined is the default set (RFC 3659 §7.9). */
  facts: ReadonlySet<string> | undefined;
  /** What OPTS HASH chose. */
  hashAlgorithm: HashAlgorithm = defaultHashAlgorithm;
  /** Milliseconds without a command after which the session ends; SITE IDLE sets it. */
  idleTimeout: number;
  /** The language of replies; LANG chooses it (RFC 2640 §4). */
  language: Language = english;
  /** Set by EPSV ALL: other address verbs are refused from then on (RFC 2428 §4). */
  extendedPassiveOnly = false;
  failedLogins = 0;
  /** When the session is closed for want of commands, by the same clock; Infinity is never. */
  deadline: number;
  readonly #reader: CommandLineReader;
  #queue: WaitingCommands | undefined;
  #busy = false;
  #over = false;
  #closing: LogoutReason | undefined;
  #noMoreCommands = false;
  /** Commands that ran in this turn of the event loop, or a little more. */
  #ran = 0;
  #awaitsTurn = false;
  #retiring = false;
  #sessionReservation: Reservation | undefined;
  #loginReservation: Reservation | undefined;

  /**
   * @param ends - Those of the connection; where a proxy passes it on, not those of its socket.
   * @param secured - What an implicit handshake gave, where the connection began under TLS.
   */
  constructor(id: string, raw: Socket, host: SessionHost, ends: ConnectionEnds, secured?: SecuredControl) {
    this.id = id;
    this.host = host;
    this.channel = new ControlChannel(raw, this, host.vigil, secured?.socket);
    this.connection = { id, ...ends, secure: false };
    if (secured !== undefined) takeSecured(this, secured, "private");
    this.#reader = new CommandLineReader(host.options.limits.commandLine);
    this.resetNameCodec();
    this.idleTimeout = host.options.limits.idleTimeout;
    this.deadline = this.started + host.options.limits.loginTimeout;
  }

  /** Where passive data connections come from: the other end of the control connection's TCP, which a proxy may be. */
  get dataPeer(): string {
    return this.channel.remote.address;
  }

  /** The address that active data connections come from: where the client connected to, unless that is a proxy's. */
  get dataSource(): string | undefined {
    const { local, remote } = this.connection;
    return remote.address === this.dataPeer ? local.address : undefined;
  }

  /** Greets, and begins to take commands. */
  greet(reservation: Reservation | undefined): void {
    this.#sessionReservation = reservation;
    if (this.host.hears("session")) this.host.tell("session", this.event());
    this.reply(replyCode.serviceReady, this.host.options.banner);
  }

  /** Whether the session is closed or about to be. */
  get over(): boolean {
    return this.#over || this.#closing !== undefined;
  }

  /** Whether a command waits behind the running one. */
  get hasWaiting(): boolean {
    return this.#queue !== undefined && this.#queue.length > 0;
  }

  /** The account. @throws CommandError `not-logged-in`. */
  get account(): Account {
    if (this.login.state !== "in") throw new CommandError("not-logged-in", message("Log in first with USER and PASS"));
    return this.login.account;
  }

  /** Whether the account may do this. */
  may(permission: Permission): boolean {
    return (this.account.permissions ?? readWrite)[permission];
  }

  /** @throws CommandError `permission-denied` when the account may not do this. */
  demand(permission: Permission, what: string): void {
    if (!this.may(permission))
      throw new CommandError("permission-denied", message("{what}: permission denied", { what }));
  }

  /** Whether the account may have data connections to and from third parties. @throws CommandError `not-logged-in`. */
  get allowsForeignData(): boolean {
    return this.account.allowForeignData ?? this.host.options.allowForeignData;
  }

  /** @throws CommandError `foreign-address` where transfers between servers are not allowed. */
  demandForeignData(): void {
    if (this.allowsForeignData) return;
    throw new CommandError("foreign-address", message("Transfers between servers are not allowed to this account"));
  }

  /** The virtual path that a name typed in this session means. @throws StorageError `name-not-allowed`. */
  path(text: string): VirtualPath {
    return resolveVirtualPath(this.workingDirectory, text);
  }

  /** Sends a reply. Negative ones are told to the application by the dispatcher. */
  reply(code: number, text: Text | readonly Text[]): void {
    const codec = this.nameCodec;
    const reply = this.#format(code, text, this.language.catalogue);
    // An octet 255 of a name would be Telnet's mark; text in UTF-8 has none.
    if (!reply.isWellFormed()) this.channel.send(escapeTelnet(encodeOctetText(reply)));
    else if (codec === undefined) this.channel.send(reply);
    else {
      // A charset that has no letters for the language still has those of English.
      const encoded = codec.encode(reply) ?? codec.encode(this.#format(code, text));
      this.channel.send(encoded === undefined ? reply : escapeTelnet(encoded));
    }
  }

  #format(code: number, text: Text | readonly Text[], catalogue?: Catalogue): string {
    const render = (line: Text): string => renderText(line, catalogue);
    if (isLines(text)) return formatReply(code, text.map(render));
    const rendered = renderText(text, catalogue);
    // A path that is cut would be another; NetX Duo's client does not read it.
    const cut = this.host.options.replies === "netx" && code !== replyCode.pathname;
    return formatReply(code, cut ? shortenReplyText(rendered, netxReplyLimit) : rendered);
  }

  /** The charset of command lines, replies and listings now; undefined is UTF-8. */
  get nameCodec(): NameCodec | undefined {
    return this.#reader.codec;
  }

  set nameCodec(codec: NameCodec | undefined) {
    this.#reader.codec = codec;
  }

  /** Names as they are at the greeting. */
  resetNameCodec(): void {
    this.nameCodec = this.host.startsInCodec ? this.host.nameCodec : undefined;
  }

  /** What every event of this session carries. */
  event(): SessionEvent {
    const { remote, local } = this.connection;
    const account = this.login.state === "in" ? this.login.account.name : undefined;
    return { session: this.id, remote, local, account };
  }

  moveLogin(event: LoginEvent): void {
    this.login = loginTransition(this.login, event);
  }

  moveParameters(event: TransferParametersEvent): void {
    this.parameters = transferParametersTransition(this.parameters, event);
    // A connection that was kept for one mode is none for another (RFC 959 §3.3).
    if (event.event === "mode") this.moveEndpoint({ event: "lost" });
  }

  moveEndpoint(event: DataEndpointEvent): void {
    const before = this.endpoint;
    this.endpoint = dataEndpointTransition(before, event);
    if (this.endpoint === before || event.event === "used") return;
    // What a transfer took is its own; anything else that is left behind is given back here.
    if (before.end === "passive") before.arming.release();
    if (before.end === "kept") before.connection.close();
  }

  moveTransfer(event: TransferStateEvent): void {
    this.transfer = transferTransition(this.transfer, event);
  }

  /** Takes over the reservation of a login, to be released at logout. */
  keepLoginReservation(reservation: Reservation | undefined): void {
    this.#loginReservation = reservation;
  }

  /** Logs an account out that came after the session's end: `logout` runs once for each `login`. */
  async dismiss(account: Account): Promise<void> {
    await this.#runLogout(account, "connection-lost");
  }

  /** Ends the account's part of the session; the control connection stays (REIN, USER again). */
  async logOut(reason: LogoutReason): Promise<void> {
    if (this.login.state !== "in") return;
    const { account } = this.login;
    const event = { ...this.event(), account: account.name, reason };
    this.tally.account = account.name;
    this.moveLogin({ event: "reinitialised" });
    const reservation = this.#loginReservation;
    this.#loginReservation = undefined;
    await this.#release(reservation);
    await this.#runLogout(account, reason);
    this.host.tell("logout", event);
  }

  /** Puts everything that a session sets back to how it was at the greeting (RFC 959 §4.1.1, RFC 7151 §3). */
  reinitialise(): void {
    this.forgetAccount();
    this.moveParameters({ event: "reinitialised" });
    this.facts = undefined;
    this.resetNameCodec();
    this.hashAlgorithm = defaultHashAlgorithm;
    this.extendedPassiveOnly = false;
    this.moveProtection({ event: "reinitialised" });
    // What HOST named goes; what TLS was begun with stays with TLS.
    const { serverName: named, ...connection } = this.connection;
    const indicated = connection.tls?.serverName;
    if (named !== indicated)
      this.connection = indicated === undefined ? connection : { ...connection, serverName: indicated };
  }

  /**
   * Forgets what was done and allowed under an account that is logged out by another USER. The transfer parameters stay
   * (RFC 959 §4.1.1): data that was to be private must not go in clear because somebody else logs in.
   */
  forgetAccount(): void {
    // Its address may be a third party's, which the next account may not have.
    this.moveEndpoint({ event: "reset" });
    this.moveProtection({ event: "end-chosen", asClient: false });
    this.oneShots.clear();
    this.workingDirectory = rootPath;
    this.umask = defaultUmask;
    this.idleTimeout = this.host.options.limits.idleTimeout;
  }

  moveProtection(event: DataProtectionEvent): void {
    this.protection = dataProtectionTransition(this.protection, event);
    this.moveEndpoint({ event: "lost" });
  }

  /** What must be under TLS in this session now. */
  get tlsPolicy(): Required<TlsPolicy> | undefined {
    return this.host.tls?.policy(this.login.state === "in" ? this.login.account.tls : undefined);
  }

  /** Drops the commands that wait, and what came of one: after TLS began or ended they are nobody's. */
  forgetCommands(): void {
    this.#reader.reset();
    this.#queue = undefined;
  }

  /** Closes after the replies that are under way; a reply may be the last. */
  close(reason: LogoutReason): void {
    if (this.#closing === undefined) this.#closing = reason;
    this.channel.end(this.host.options.limits.closeTimeout);
    this.#abortTransfer(message("The session is closed"));
    if (!this.#busy) this.#finish(this.#closing);
  }

  /** Ends the session with 421 for a server that stops: at once, or after the transfer that runs now. */
  retire(): void {
    if (this.over) return;
    this.#retiring = true;
    if (this.transfer.state !== "none" && this.transfer.state !== "opening") return;
    this.reply(replyCode.serviceNotAvailable, message("The server is stopping; goodbye"));
    this.close("server-stopped");
  }

  /** Whether a transfer or another command runs. */
  get busy(): boolean {
    return this.#busy;
  }

  received(chunk: Uint8Array): void {
    this.#ran = 0;
    this.#reader.push(chunk, this.#take);
  }

  drained(): void {
    this.#runWaiting();
  }

  ended(): void {
    this.#noMoreCommands = true;
    // QUIT that waits behind a transfer is an orderly end: the transfer's outcome counts, not the early close.
    if (!this.answers) this.#abortTransfer(message("The control connection was closed"));
    if (!this.#busy && this.#queue === undefined) this.close("connection-lost");
  }

  lost(): void {
    this.#noMoreCommands = true;
    this.#queue = undefined;
    this.#closing ??= "connection-lost";
    this.#abortTransfer(message("The control connection was lost"));
    if (!this.#busy) this.#finish(this.#closing);
  }

  /** Whether the peer waits for the outcome of its transfer: a peer that is gone has left half a file. */
  get answers(): boolean {
    return !this.#noMoreCommands || this.#queue?.hasQuit === true;
  }

  /** Whether an ABOR waits for its turn: it means whatever transfer begins before that. */
  get isAbortWaiting(): boolean {
    return this.#queue?.hasAbort === true;
  }

  #abortTransfer(text: Message): void {
    if (this.transfer.state !== "none") this.transfer.abort.abort(new CommandError("transfer-aborted", text));
  }

  readonly #take = (event: CommandLineEvent): void => {
    if (this.over) return;
    const hasTurn = this.#hasTurn();
    if (!this.#busy && this.#queue === undefined && hasTurn) {
      this.#run(event);
      return;
    }
    const manner = this.transfer.state === "none" ? undefined : overtakes(event);
    if (manner === "status" && hasTurn) {
      this.#ran++;
      void dispatch(this, event); // Without an argument STAT is answered at once: nothing is pending.
      return;
    }
    // ABOR ends the transfer at once, and is answered in its turn: replies keep the order of their commands.
    const queue = (this.#queue ??= new WaitingCommands());
    queue.push(event);
    if (manner === "abort") this.#abortTransfer(message("Transfer aborted as you asked"));
    if (queue.length >= this.host.options.limits.queuedCommands) this.channel.hold();
  };

  /** Whether a command may run now: other sessions had their turn, and the peer reads what it is answered. */
  #hasTurn(): boolean {
    if (this.channel.congested) return false;
    if (this.#ran < commandsPerTurn) return true;
    if (this.#awaitsTurn) return false;
    this.#awaitsTurn = true;
    setImmediate(() => {
      this.#awaitsTurn = false;
      this.#ran = 0;
      this.#runWaiting();
    });
    return false;
  }

  #run(event: CommandLineEvent): void {
    this.#ran++;
    const pending = dispatch(this, event);
    if (!(pending instanceof Promise)) {
      this.#rest();
      return;
    }
    this.#busy = true;
    this.deadline = Infinity;
    // `dispatch` answers every error itself: what rejects here is a fault, told and survived.
    void pending.then(this.#next, (cause: unknown) => {
      this.host.fault("running a command", cause, this.id);
      this.#next();
    });
  }

  /** After a command: the clock starts again. */
  #rest(): void {
    this.channel.rest();
    if (this.login.state === "in") this.deadline = performance.now() + this.idleTimeout;
    else if (this.deadline === Infinity) this.deadline = this.started + this.host.options.limits.loginTimeout;
  }

  readonly #next = (): void => {
    this.#busy = false;
    this.#rest();
    if (this.#retiring) this.retire();
    this.#runWaiting();
  };

  #runWaiting(): void {
    while (!this.#busy && this.#closing === undefined && this.#queue !== undefined && this.#hasTurn()) {
      const event = this.#queue.shift();
      if (this.#queue.length === 0) this.#queue = undefined;
      if (this.#queue === undefined || this.#queue.length < this.host.options.limits.queuedCommands / 2) {
        this.channel.unhold();
      }
      if (event !== undefined) this.#run(event);
    }
    if (!this.#busy && (this.#closing !== undefined || this.#queue === undefined)) this.#settle();
  }

  /** Nothing runs and nothing waits: what was put off until now is done. */
  #settle(): void {
    if (this.#closing !== undefined) this.#finish(this.#closing);
    else if (this.#noMoreCommands) this.close("connection-lost");
  }

  #finish(reason: LogoutReason): void {
    if (this.#over) return;
    this.#over = true;
    this.#queue = undefined;
    this.moveEndpoint({ event: "reset" });
    this.channel.end(this.host.options.limits.closeTimeout);
    void this.#farewell(reason);
  }

  /** Never rejects: each step tells its own faults. */
  async #farewell(reason: LogoutReason): Promise<void> {
    await this.logOut(reason);
    const reservation = this.#sessionReservation;
    this.#sessionReservation = undefined;
    await this.#release(reservation);
    if (this.host.hears("session-end")) {
      this.host.tell("session-end", {
        ...this.event(),
        ...this.tally.told(),
        reason,
        milliseconds: Math.round(performance.now() - this.started),
      });
    }
    this.host.ended(this);
  }

  async #runLogout(account: Account, reason: LogoutReason): Promise<void> {
    try {
      await this.host.options.accounts.logout?.(account, this.connection, reason);
    } catch (cause) {
      this.host.fault("logging out an account", cause, this.id);
    }
  }

  async #release(reservation: Reservation | undefined): Promise<void> {
    if (reservation === undefined) return;
    try {
      await reservation.release({ bytes: 0, complete: true });
    } catch (cause) {
      this.host.fault("releasing a reservation", cause, this.id);
    }
  }
}

/** `Array.isArray` does not see arrays that are read-only. */
function isLines(text: Text | readonly Text[]): text is readonly Text[] {
  return Array.isArray(text);
}
