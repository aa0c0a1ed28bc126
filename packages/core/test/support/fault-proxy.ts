/**
 * A way between an FTP client and a server on which things go wrong, as a test says. Control and data connections both go
 * through it: it rewrites the ports in 227, 229, PORT and EPRT; where the control connection is under TLS, `dial` leads a
 * client's data connections through it.
 */
import { once } from "node:events";
import { connect, type Server, type Socket } from "node:net";
import { setImmediate as turn, setTimeout as wait } from "node:timers/promises";
import { onTestFinished } from "vitest";
import type { DialFunction } from "../../src/ftp-client/index.ts";
import { Lines, ownActivePort, ownPassivePort, type OpenWay } from "./data-ports.ts";
import { openRelayPort } from "./relay-port.ts";

/** Which of the two connections. */
export type Line = "control" | "data";
/** Which way octets go. */
export type Way = "toClient" | "toServer";

/** What goes wrong from the moment on when it is armed. */
export type Fault =
  /** The connection ends once so many octets have passed that way, and once only: with a reset, or with a FIN. */
  | {
      readonly kind: "reset" | "fin";
      readonly line: Line;
      readonly way: Way;
      readonly after: number;
      /** Whether the control connection goes together with the data connection. */
      readonly both?: boolean;
    }
  /** Each octet travels by itself. */
  | { readonly kind: "split"; readonly line: Line }
  /** All that passes is late by this. */
  | { readonly kind: "delay"; readonly line: Line; readonly milliseconds: number }
  /** The client hears nothing any more. */
  | { readonly kind: "silent"; readonly line: Line }
  /** Each reply comes twice. */
  | { readonly kind: "double" }
  /** In place of the reply of this number, from 0 on, comes another text; `then` the control connection may end. */
  | { readonly kind: "reply"; readonly at: number; readonly text: string; readonly then?: "fin" | "reset" };

/** Octets that have passed since the proxy was armed. */
export type Passed = Readonly<Record<Line, Readonly<Record<Way, number>>>>;

/** What a proxy leads to. */
interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  dead: boolean;
  /** The lines so far of a reply of many. */
  begun: string;
}

/** Starts a proxy before a server on this machine, which ends with the test. */
export async function startFaultProxy(serverPort: number): Promise<FaultProxy> {
  const proxy = new FaultProxy(serverPort);
  await proxy.start();
  onTestFinished(() => proxy.stop());
  return proxy;
}

/** The proxy. */
export class FaultProxy {
  port = 0;
  readonly #serverPort: number;
  readonly #listeners = new Set<Server>();
  readonly #pairs = new Set<Pair>();
  readonly #controls = new Set<Pair>();
  #fault: Fault | undefined;
  #replies = 0;
  #passed = { control: { toClient: 0, toServer: 0 }, data: { toClient: 0, toServer: 0 } };

  constructor(serverPort: number) {
    this.#serverPort = serverPort;
  }

  async start(): Promise<void> {
    this.port = await this.#listen(this.#serverPort, "control", "client");
  }

  stop(): void {
    for (const listener of this.#listeners) listener.close();
    for (const pair of this.#pairs) {
      pair.client.destroy();
      pair.server.destroy();
    }
  }

  /** Counts from now on, and lets this go wrong; nothing, where nothing is given. */
  arm(fault?: Fault): void {
    this.#fault = fault;
    this.#replies = 0;
    this.#passed = { control: { toClient: 0, toServer: 0 }, data: { toClient: 0, toServer: 0 } };
  }

  /** What has passed. */
  get passed(): Passed {
    return this.#passed;
  }

  /** Control connections that are open. */
  get controls(): number {
    return this.#controls.size;
  }

  /** For a client whose replies cannot be rewritten. */
  readonly dial: DialFunction = async ({ port, purpose, host }) => {
    const socket = connect(purpose === "control" ? this.port : await this.#listen(port, "data", "client"), host);
    await once(socket, "connect");
    return socket;
  };

  /** Opens a port that leads to another; for data it serves one connection. @param by - Who connects. */
  #listen(to: number, line: Line, by: "client" | "server"): Promise<number> {
    return openRelayPort(to, {
      once: line === "data",
      listeners: this.#listeners,
      join: (near, far) =>
        this.#join(line, by === "client" ? { client: near, server: far } : { client: far, server: near }),
    });
  }

  #join(line: Line, { client, server }: { readonly client: Socket; readonly server: Socket }): void {
    const pair: Pair = { client, server, dead: false, begun: "" };
    this.#pairs.add(pair);
    if (line === "control") this.#controls.add(pair);
    let open = 2;
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on("close", () => {
        this.#controls.delete(pair);
        if (--open === 0) this.#pairs.delete(pair);
      });
    }
    this.#lead(pair, line, "toClient");
    this.#lead(pair, line, "toServer");
    if (line === "data") this.#cutAt(pair, line);
    client.resume();
    server.resume();
  }

  /** One way of a pair of connections. */
  #lead(pair: Pair, line: Line, way: Way): void {
    const [from, to] = way === "toClient" ? [pair.server, pair.client] : [pair.client, pair.server];
    const lines = line === "control" ? new Lines() : undefined;
    let chain = Promise.resolve();
    const next = (step: () => Promise<void>): void => {
      chain = chain.then(step).catch(() => undefined);
    };
    from.on("data", (chunk: Buffer) => {
      from.pause();
      next(async () => {
        if (lines === undefined) await this.#pass(pair, line, way, to, chunk);
        else for (const each of lines.push(chunk)) await this.#passLine(pair, way, to, each);
        from.resume();
      });
    });
    from.on("end", () => {
      next(async () => {
        if (lines !== undefined) await this.#pass(pair, line, way, to, lines.rest);
        if (!this.#silences(line, way)) to.end();
      });
    });
    from.on("error", () => to.resetAndDestroy());
    from.on("close", () => {
      next(async () => {
        if (!to.writableEnded && !this.#silences(line, way)) to.destroy();
      });
    });
  }

  /** A line of the control connection, with another port in it where it names one. */
  async #passLine(pair: Pair, way: Way, to: Socket, line: Buffer): Promise<void> {
    const text = line.toString("latin1");
    if (way === "toServer")
      return this.#pass(pair, "control", way, to, Buffer.from(await ownActivePort(text, this.#openWay), "latin1"));
    const reply = await ownPassivePort(text, this.#openWay);
    // Only what ends a reply counts as one: FEAT's lines are all one reply.
    const ends = /^[1-6]\d\d(?: |\r?\n)/.test(reply);
    const at = ends ? this.#replies++ : -1;
    const fault = this.#fault;
    if (fault?.kind === "reply" && fault.at === at) {
      this.#fault = undefined;
      await this.#pass(pair, "control", way, to, Buffer.from(fault.text, "latin1"));
      if (fault.then !== undefined) this.#cut(pair, fault.then);
      return;
    }
    if (fault?.kind === "double") {
      pair.begun += reply;
      if (!ends) return;
      const whole = pair.begun;
      pair.begun = "";
      await this.#pass(pair, "control", way, to, Buffer.from(whole + whole, "latin1"));
      return;
    }
    await this.#pass(pair, "control", way, to, Buffer.from(reply, "latin1"));
  }

  /** A data connection's port that leads to another one. */
  readonly #openWay: OpenWay = (to, by) => this.#listen(to, "data", by);

  async #pass(pair: Pair, line: Line, way: Way, to: Socket, chunk: Buffer): Promise<void> {
    const fault = this.#fault;
    if (pair.dead) return;
    if (this.#silences(line, way)) return;
    if (fault?.kind === "delay" && fault.line === line) await wait(fault.milliseconds);
    if (fault?.kind === "split" && fault.line === line) {
      for (const octet of chunk) {
        await this.#send(to, Buffer.of(octet));
        await turn();
      }
      this.#passed[line][way] += chunk.length;
      return;
    }
    const left = this.#leftBeforeCut(line, way);
    const part = left === undefined ? chunk : chunk.subarray(0, Math.max(0, left));
    this.#passed[line][way] += part.length;
    if (part.length > 0) await this.#send(to, part);
    this.#cutAt(pair, line, part.length < chunk.length);
  }

  #silences(line: Line, way: Way): boolean {
    return this.#fault?.kind === "silent" && this.#fault.line === line && way === "toClient";
  }

  #leftBeforeCut(line: Line, way: Way): number | undefined {
    const fault = this.#fault;
    if (fault?.kind !== "reset" && fault?.kind !== "fin") return undefined;
    return fault.line === line && fault.way === way ? fault.after - this.#passed[line][way] : undefined;
  }

  /** Ends a pair of connections once as much has passed as the fault says; at 0 only when there is more, or for data. */
  #cutAt(pair: Pair, line: Line, more = line === "data"): void {
    const fault = this.#fault;
    if (fault?.kind !== "reset" && fault?.kind !== "fin") return;
    const over = fault.line === line && this.#passed[line][fault.way] >= fault.after;
    if (!over || (fault.after === 0 && !more)) return;
    this.#fault = undefined;
    this.#cut(pair, fault.kind);
    if (fault.both === true) for (const control of this.#controls) this.#cut(control, fault.kind);
  }

  #cut(pair: Pair, how: "reset" | "fin"): void {
    pair.dead = true;
    for (const socket of [pair.client, pair.server]) {
      if (how === "reset") socket.resetAndDestroy();
      else socket.end(() => socket.destroy());
    }
  }

  async #send(to: Socket, chunk: Buffer): Promise<void> {
    if (to.destroyed || to.writableEnded) return;
    await new Promise<void>((resolve) => to.write(chunk, () => resolve()));
  }
}
