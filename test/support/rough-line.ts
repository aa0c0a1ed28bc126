/**
 * A line over which FTP is slow, comes in pieces, stands still, and is cut: what a bad network makes of TCP, whose losses the
 * kernel mends and whose ends nobody does. Control and data connections both go by it.
 *
 *     piece   a part of what came, from one octet on, late by the delay and by what the rate allows
 *     stall   a piece that is later still, and all behind it
 *     cut     a reset of this connection, or of all of them; or silence of all that are open: the line has gone, and nobody is
 *             told. Those that are opened later find it back.
 */
import { once } from "node:events";
import { connect, type Server, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import type { DialFunction } from "../../packages/core/src/ftp-client/index.ts";
import { Lines, ownActivePort, ownPassivePort } from "../../packages/core/test/support/data-ports.ts";
import { openRelayPort } from "../../packages/core/test/support/relay-port.ts";

/** How bad a line is, each way. */
export interface Roughness {
  /** Milliseconds that everything is late. */
  readonly delay: number;
  /** Octets a second of one connection. */
  readonly rate: number;
  /** Octets of a piece at most. */
  readonly piece: number;
  /** The share of pieces before which the line stands still. */
  readonly stalls: number;
  /** Milliseconds that it does. */
  readonly stall: number;
  /** Octets of data after which a connection is cut, in the mean; Infinity is never. */
  readonly dataBetweenCuts: number;
  /** Lines of the control connection after which it is cut, in the mean. */
  readonly linesBetweenCuts: number;
  /** How a connection may be cut. */
  readonly cuts: readonly Cut[];
  /** Numbers from 0 to below 1. */
  readonly random: () => number;
}

/** What a cut is to the two ends. */
export type Cut = "reset" | "all-reset" | "silence";

/** What became of the connections. */
export interface RoughCounts extends Record<Cut, number> {
  pieces: number;
  stalls: number;
}

/** Octets that wait in one way of a connection before no more is read. */
const held = 256 * 1024;
/** Octets of a line under TLS, or so. */
const secretLine = 60;

/** What a connection carries: lines that are read, lines under TLS, or data. */
type Carried = "control" | "secret" | "data";

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  dead: boolean;
}

/** The line before one server of this machine. */
export class RoughLine {
  readonly counts: RoughCounts = { pieces: 0, stalls: 0, reset: 0, "all-reset": 0, silence: 0 };
  /** Where clients find the server. */
  port = 0;
  /** Whether the line is bad now; it is a good one otherwise. */
  rough = true;
  readonly #serverPort: number;
  readonly #how: Roughness;
  readonly #pairs = new Set<Pair>();
  readonly #listeners = new Set<Server>();

  private constructor(serverPort: number, how: Roughness) {
    this.#serverPort = serverPort;
    this.#how = how;
  }

  /** Opens one on a port of 127.0.0.1. */
  static async open(serverPort: number, how: Roughness): Promise<RoughLine> {
    const line = new RoughLine(serverPort, how);
    line.port = await line.#listen(serverPort, "control", "client");
    return line;
  }

  /** For a client whose replies cannot be rewritten, since they are secret. */
  readonly dial: DialFunction = async ({ port, purpose, host }) => {
    const isControl = purpose === "control";
    const way = await this.#listen(isControl ? this.#serverPort : port, isControl ? "secret" : "data", "client");
    const socket = connect(way, host);
    await once(socket, "connect");
    return socket;
  };

  /** Resets what is open, and listens no longer. */
  close(): void {
    for (const listener of this.#listeners) listener.close();
    for (const pair of this.#pairs) this.#reset(pair);
  }

  #listen(to: number, line: Carried, by: "client" | "server"): Promise<number> {
    return openRelayPort(to, {
      once: line !== "control",
      listeners: this.#listeners,
      join: (near, far) =>
        this.#join(line, by === "client" ? { client: near, server: far } : { client: far, server: near }),
    });
  }

  #join(line: Carried, { client, server }: Omit<Pair, "dead">): void {
    const pair: Pair = { client, server, dead: false };
    this.#pairs.add(pair);
    for (const [from, to] of [[client, server] as const, [server, client] as const]) {
      from.setNoDelay(true);
      // Who was left in silence does not hear of the other's end either.
      from.on("error", () => {
        if (!pair.dead) this.#reset(pair);
      });
      from.on("close", () => {
        if (client.destroyed && server.destroyed) this.#pairs.delete(pair);
      });
      void this.#carry(pair, line, from, to).catch(() => {
        if (!pair.dead) this.#reset(pair);
      });
    }
  }

  /** One way of a pair, from its first octet to its last. */
  async #carry(pair: Pair, line: Carried, from: Socket, to: Socket): Promise<void> {
    const way = new RoughWay(to, this.#how, this.counts, () => this.rough && !pair.dead);
    const lines = line === "control" ? new Lines() : undefined;
    // Not to be destroyed at its end: the other way goes on.
    for await (const chunk of from.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      if (pair.dead) continue;
      for (const part of lines === undefined ? [chunk] : lines.push(chunk)) {
        const octets = lines === undefined ? part : await this.#rewritten(part, from === pair.client);
        await way.send(octets, () => !pair.dead);
        if (this.rough && this.#how.random() < this.#share(line, part.length)) this.#cut(pair);
      }
      await way.below(held);
    }
    await way.below(0);
    if (!pair.dead) to.end(lines?.rest ?? new Uint8Array(0));
  }

  /** How many times that is to be cut which carried so many octets. */
  #share(line: Carried, length: number): number {
    const { dataBetweenCuts, linesBetweenCuts } = this.#how;
    if (line === "data") return length / dataBetweenCuts;
    return (line === "control" ? 1 : length / secretLine) / linesBetweenCuts;
  }

  async #rewritten(line: Buffer, byClient: boolean): Promise<Buffer> {
    const text = line.toString("latin1");
    const open = (to: number, by: "client" | "server"): Promise<number> => this.#listen(to, "data", by);
    return Buffer.from(byClient ? await ownActivePort(text, open) : await ownPassivePort(text, open), "latin1");
  }

  #cut(pair: Pair): void {
    if (pair.dead) return;
    const { cuts, random } = this.#how;
    const cut = cuts[Math.floor(random() * cuts.length)] ?? "reset";
    this.counts[cut]++;
    if (cut === "silence") for (const each of this.#pairs) each.dead = true;
    else for (const each of cut === "reset" ? [pair] : [...this.#pairs]) this.#reset(each);
  }

  #reset(pair: Pair): void {
    pair.dead = true;
    for (const socket of [pair.client, pair.server]) socket.resetAndDestroy();
  }
}

/** What is under way to one end of a connection. */
class RoughWay {
  readonly #to: Socket;
  readonly #how: Roughness;
  readonly #counts: RoughCounts;
  readonly #isRough: () => boolean;
  #due = 0;
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(to: Socket, how: Roughness, counts: RoughCounts, isRough: () => boolean) {
    this.#to = to;
    this.#how = how;
    this.#counts = counts;
    this.#isRough = isRough;
  }

  /** Sends octets on their way, piece by piece; what is not `wanted` any more when it is due is lost. */
  async send(octets: Buffer, wanted: () => boolean): Promise<void> {
    const { delay, rate, piece, stalls, stall, random } = this.#how;
    for (let at = 0; at < octets.length;) {
      const rough = this.#isRough();
      const length = rough ? 1 + Math.floor(random() ** 2 * piece) : octets.length;
      const part = octets.subarray(at, at + length);
      at += part.length;
      this.#waiting += part.length;
      this.#counts.pieces++;
      if (rough) {
        this.#due = Math.max(this.#due, performance.now() + delay) + (part.length / rate) * 1000;
        if (random() < stalls) {
          this.#counts.stalls++;
          this.#due += stall;
        }
      }
      const due = this.#due;
      this.#last = this.#last.then(() => this.#deliver(part, due, wanted));
    }
  }

  /** Waits until no more than this is under way. */
  async below(octets: number): Promise<void> {
    while (this.#waiting > octets) await this.#last;
  }

  async #deliver(part: Buffer, due: number, wanted: () => boolean): Promise<void> {
    const early = due - performance.now();
    if (early >= 1) await wait(early);
    if (wanted() && this.#to.writable) {
      if (!this.#to.write(part)) await Promise.race([once(this.#to, "drain"), once(this.#to, "close")]).catch(ignore);
    }
    this.#waiting -= part.length;
  }
}

function ignore(): void {
  // A connection that broke is told of by its own events.
}
