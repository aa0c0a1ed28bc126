/**
 * Commands that came while another ran, in the order in which they came.
 *
 * What a running transfer asks of them (whether an ABOR or a QUIT is among them) is counted as they come and go: a client may
 * send thousands at once, and looking through all of them for each would take the square of that.
 */
import type { CommandLineEvent } from "../../protocol/index.ts";
import { overtakes } from "../dispatch.ts";

/** The queue of a session's commands. */
export class WaitingCommands {
  readonly #events: CommandLineEvent[] = [];
  #first = 0;
  #aborts = 0;
  #quits = 0;

  /** How many wait. */
  get length(): number {
    return this.#events.length - this.#first;
  }

  /** Whether an ABOR is among them. */
  get hasAbort(): boolean {
    return this.#aborts > 0;
  }

  /** Whether a QUIT is among them. */
  get hasQuit(): boolean {
    return this.#quits > 0;
  }

  push(event: CommandLineEvent): void {
    this.#events.push(event);
    this.#count(event, 1);
  }

  /** Takes the one that came first; undefined when none waits. */
  shift(): CommandLineEvent | undefined {
    const event = this.#events[this.#first];
    if (event === undefined) return undefined;
    this.#first++;
    // Removing each from the front by itself would move all the others.
    if (this.#first >= shiftedAtOnce) this.#first -= this.#events.splice(0, this.#first).length;
    this.#count(event, -1);
    return event;
  }

  #count(event: CommandLineEvent, by: number): void {
    if (overtakes(event) === "abort") this.#aborts += by;
    else if (event.kind === "command" && event.line.verb === "QUIT") this.#quits += by;
  }
}

/** Commands that were taken before their places are given back. */
const shiftedAtOnce = 64;
