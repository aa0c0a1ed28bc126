/**
 * The client's end of data connections: EPSV and PASV with what is remembered of them, PORT and EPRT (RFC 959 §3.2,
 * RFC 2428, RFC 1579: passive is preferred).
 */
import { isIP, isIPv6, type Socket } from "node:net";
import { KeptConnection, type DataConnection } from "../net/index.ts";
import {
  extendedAddressArgument,
  hostPortArgument,
  parseExtendedPassiveAnswer,
  parsePassiveAnswer,
  replyCode,
  type ReceivedReply,
} from "../protocol/index.ts";
import { giveUpConnection, listenForServer } from "./active-listener.ts";
import type { ControlConnection } from "./control-connection.ts";
import {
  DataConnectionAttemptsError,
  FtpError,
  FtpReplyError,
  FtpTimeoutError,
  type DataConnectionAttempt,
} from "./errors.ts";
import { openSocket } from "./open-socket.ts";
import type { DataMode, ResolvedClientOptions } from "./options.ts";

/** A data connection that is made, or is about to be. */
export interface PendingData {
  /** Whether the connection is there before the command that it is for. */
  readonly passive: boolean;
  /** The connection; in active mode it is waited for. @throws FtpTimeoutError. */
  socket(signal: AbortSignal | undefined): Promise<Socket>;
  /** Gives it up. */
  close(): void;
  /** Whether a connection came to the port that this end listened on. */
  isTaken?(): boolean;
  /** The connection of the transfer before, under TLS already where that was agreed on. */
  readonly kept?: DataConnection;
}

/** Milliseconds that EPSV may take to be answered and connected to, where PASV is there to fall back to. */
export const extendedPassiveProbe = 5_000;

/** Makes data connections, and remembers what works. */
export class DataConnector {
  /** How connections are made from now on. */
  mode: DataMode;
  readonly #control: ControlConnection;
  readonly #options: ResolvedClientOptions;
  readonly #warn: (message: string) => void;
  readonly #netxServer: boolean;
  #skipExtended = false;
  /** EPSV was sent and not answered: its answer may still come before PASV's. */
  #unansweredExtended = false;
  #kept: KeptConnection | undefined;

  /** @param netxServer - Whether the server is NetX Duo's, which takes no uploads over EPSV. */
  constructor(
    control: ControlConnection,
    options: ResolvedClientOptions,
    warn: (message: string) => void,
    netxServer = false,
  ) {
    this.#control = control;
    this.#options = options;
    this.mode = options.dataMode;
    this.#warn = warn;
    this.#netxServer = netxServer;
  }

  /** The connection of a transfer that is done serves the next, while the mode stays (RFC 959 §3.3). */
  keep(connection: DataConnection): void {
    this.dropKept();
    // Nobody would come for it.
    if (this.#control.closed) {
      connection.socket.destroy();
      return;
    }
    const kept = new KeptConnection(connection, () => {
      if (this.#kept === kept) this.#kept = undefined;
    });
    this.#kept = kept;
  }

  /** Closes a connection that was kept. */
  dropKept(): void {
    this.#kept?.close();
    this.#kept = undefined;
  }

  /**
   * Sets up the next data connection.
   *
   * @param upload - Whether it is for data of this end.
   * @throws DataConnectionAttemptsError with each attempt, its address and its cause.
   */
  async prepare(signal: AbortSignal | undefined, upload = false): Promise<PendingData> {
    const kept = this.#kept?.take();
    this.#kept = undefined;
    if (kept === undefined) return this.#open(signal, upload);
    return { passive: true, kept, socket: () => Promise.resolve(kept.socket), close: () => kept.reset() };
  }

  /**
   * Has the server listen, for a peer that is another server.
   *
   * @returns Where: the address is as the option `foreignDataAddresses` says.
   * @throws FtpReplyError.
   */
  askForPeer(verb: "PASV" | "CPSV" | "EPSV"): Promise<{ host: string; port: number }> {
    return verb === "EPSV" ? this.#askExtended() : this.#askPassive(verb);
  }

  /** Tells the server by PORT or EPRT where to connect to. @throws FtpReplyError. */
  async tellAddress(address: string, port: number): Promise<void> {
    if (isIP(address) === 0) {
      // By a proxy that resolves names the other server's address is known from its own words only.
      const why = `the address of ${address} is not known here; foreignDataAddresses: "trust" takes the one it tells`;
      throw new FtpError("Naming a data port", why);
    }
    const endPoint = { family: isIPv6(address) ? 6 : 4, address, port } as const;
    const verb = endPoint.family === 6 ? "EPRT" : "PORT";
    const codec = endPoint.family === 6 ? extendedAddressArgument : hostPortArgument;
    const reply = await this.#control.command(verb, codec.format(endPoint));
    if (reply.code >= 300) throw new FtpReplyError("Naming a data port", reply, verb);
  }

  async #open(signal: AbortSignal | undefined, upload: boolean): Promise<PendingData> {
    const attempts: DataConnectionAttempt[] = [];
    for (const strategy of this.#strategies(upload)) {
      const tried: { address?: string } = {};
      try {
        return await this.#attempt(strategy, signal, tried);
      } catch (error) {
        if (!(error instanceof Error) || this.#control.closed || signal?.aborted === true) throw error;
        attempts.push({ strategy, address: tried.address, cause: error });
        if (strategy === "EPSV") this.#skipExtended = true;
      }
    }
    this.#skipExtended = false;
    throw new DataConnectionAttemptsError("Setting up a data connection", attempts);
  }

  #strategies(upload: boolean): readonly ("EPSV" | "PASV" | "ACTIVE")[] {
    const ipv6 = isIPv6(this.#control.dataHost);
    switch (this.mode) {
      case "active":
        return ["ACTIVE"];
      case "epsv":
        return ["EPSV"];
      case "pasv":
        return ["PASV"];
      case "auto":
        if (this.#netxServer) return ipv6 ? [upload ? "ACTIVE" : "EPSV"] : ["PASV"];
        return ipv6 ? ["EPSV"] : this.#skipExtended ? ["PASV"] : ["EPSV", "PASV"];
    }
  }

  async #attempt(
    strategy: "EPSV" | "PASV" | "ACTIVE",
    signal: AbortSignal | undefined,
    tried: { address?: string },
  ): Promise<PendingData> {
    if (strategy === "ACTIVE") return this.#active();
    const target = strategy === "EPSV" ? await this.#askExtended() : await this.#askPassive();
    tried.address = `${target.host} port ${target.port}`;
    const { dataConnectionTimeout } = this.#options;
    const probes = strategy === "EPSV" && this.mode === "auto";
    const timeout = probes ? Math.min(extendedPassiveProbe, dataConnectionTimeout) : dataConnectionTimeout;
    const socket = await openSocket(this.#options, { ...target, purpose: "data", timeout, signal });
    socket.on("error", ignore);
    return { passive: true, socket: () => Promise.resolve(socket), close: () => giveUpConnection(socket) };
  }

  async #askExtended(): Promise<{ host: string; port: number }> {
    const probes = this.mode === "auto";
    this.#control.send("EPSV", undefined);
    this.#control.expect("EPSV");
    const reply = probes ? await this.#control.replyWithin(extendedPassiveProbe) : await this.#control.reply("EPSV");
    if (reply === undefined) {
      this.#unansweredExtended = true;
      this.#control.expect(undefined);
      throw new FtpTimeoutError(
        "reply",
        "Asking for a passive port",
        `EPSV was not answered within ${extendedPassiveProbe} ms`,
      );
    }
    const port = reply.code === 229 ? parseExtendedPassiveAnswer(reply.text) : undefined;
    if (port === undefined) throw new FtpReplyError("Asking for a passive port", reply, "EPSV");
    return { host: this.#control.dataHost, port };
  }

  async #askPassive(verb: "PASV" | "CPSV" = "PASV"): Promise<{ host: string; port: number }> {
    const reply = this.#unansweredExtended ? await this.#passiveAfterExtended(verb) : await this.#control.command(verb);
    const named = reply.code === 227 ? parsePassiveAnswer(reply.text) : undefined;
    if (named === undefined) throw new FtpReplyError("Asking for a passive port", reply, verb);
    const own = this.#control.dataHost;
    if (named.address === own || this.#options.foreignDataAddresses === "trust")
      return { host: named.address, port: named.port };
    // Of a name that a proxy resolves nobody here knows the address.
    if (isIP(own) !== 0)
      this.#warn(`The server named ${named.address} for data; ${own} is used, where the control connection is`);
    return { host: own, port: named.port };
  }

  /** EPSV's answer may still come before this one. */
  async #passiveAfterExtended(verb: "PASV" | "CPSV"): Promise<ReceivedReply> {
    this.#control.send(verb, undefined);
    let reply = await this.#control.reply(verb);
    if (reply.code !== replyCode.passiveMode) reply = await this.#control.reply(verb);
    this.#unansweredExtended = false;
    return reply;
  }

  async #active(): Promise<PendingData> {
    const { localAddress, remoteAddress } = this.#control;
    const listener = await listenForServer(localAddress, this.#options.activePorts, remoteAddress);
    const address = this.#options.activeAddress ?? localAddress;
    try {
      await this.tellAddress(address, listener.port);
    } catch (error) {
      listener.close();
      throw error;
    }
    const { dataConnectionTimeout } = this.#options;
    return {
      passive: false,
      socket: (signal) => listener.accepted(dataConnectionTimeout, signal),
      close: () => listener.close(),
      isTaken: () => listener.isTaken(),
    };
  }
}

function ignore(): void {
  // Whoever takes the connection sees that it is destroyed.
}
