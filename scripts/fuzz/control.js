// The client's end of a control connection in the hands of a target.
import { once } from "node:events";
import { connect } from "node:net";
import { Fault } from "./fire.js";

/** Milliseconds for a session to end once all was sent. */
const endTime = 15_000;

export class Control {
  /** What was answered so far. */
  text = "";
  #socket;
  #watchers = new Set();

  static async open(port) {
    const control = new Control();
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: false }).setNoDelay(true);
    control.#socket = socket;
    socket.on("error", () => undefined);
    socket.setEncoding("latin1").on("data", (chunk) => {
      control.text += chunk;
      for (const watch of control.#watchers) watch(chunk);
    });
    await once(socket, "connect");
    return control;
  }

  get socket() {
    return this.#socket;
  }

  /** Calls back with what arrives. */
  watch(watcher) {
    this.#watchers.add(watcher);
  }

  /** Sends octets in random pieces, with turns of the event loop between some. */
  async send(random, bytes) {
    for (const piece of random.pieces(bytes)) {
      if (!this.#socket.writable) return;
      this.#socket.write(piece);
      if (random.once(3)) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Waits until the server has closed. */
  async ended(told) {
    if (this.#socket.closed) return;
    const timer = setTimeout(() => {
      this.#socket.destroy(new Error("late"));
    }, endTime);
    await new Promise((resolve) => this.#socket.once("close", resolve));
    clearTimeout(timer);
    if (this.#socket.errored?.message === "late") {
      throw new Fault(`no end after ${endTime} ms; replies so far:\n${this.text.slice(-2000)}\n${told}`);
    }
  }

  /** The codes of all replies, preliminary ones included. */
  get codes() {
    return this.text
      .split("\r\n")
      .filter((line) => /^\d{3} /.test(line))
      .map((line) => Number(line.slice(0, 3)));
  }
}

/** Throws a Fault unless each of the commands, the greeting included, had one reply that is not preliminary. */
export function demandAnswers(control, commands, told) {
  const final = control.codes.filter((code) => code >= 200);
  if (final.length === commands) return;
  throw new Fault(
    `${commands} commands, the greeting counted, had ${final.length} answers: ${control.codes.join(" ")}\n${told}`,
  );
}
