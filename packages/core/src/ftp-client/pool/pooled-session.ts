/** One session of a pool: whether it can be handed on, and how long it rests. */
import type { FtpClient } from "../client.ts";
import type { SentCommand } from "../events.ts";

/** Verbs behind which the working directory may be another one. */
const movingVerbs: ReadonlySet<string> = new Set(["CWD", "XCWD", "CDUP", "XCUP", "SMNT"]);
/** Verbs behind which a session is not what it was logged in as. */
const spoilingVerbs: ReadonlySet<string> = new Set(["USER", "REIN", "QUIT", "CCC"]);

/** A session, and what became of it. */
export class PooledSession {
  readonly client: FtpClient;
  readonly #home: string | undefined;
  #moved = false;
  #spoilt = false;
  #timer: NodeJS.Timeout | undefined;

  /** @param home - The working directory after the login; undefined where the server does not tell. */
  constructor(client: FtpClient, home: string | undefined) {
    this.client = client;
    this.#home = home;
    client.on("command", (command) => this.#note(command));
  }

  /** Makes the session as it was at first. @returns false when it cannot be used any more. Never rejects. */
  async tidy(): Promise<boolean> {
    const { client } = this;
    if (client.closed || client.busy || this.#spoilt) return false;
    if (!this.#moved) return true;
    try {
      if (this.#home === undefined) return false;
      if ((await client.pwd()) !== this.#home) await client.cd(this.#home);
      this.#moved = false;
      return !client.closed;
    } catch {
      return false;
    }
  }

  /** Closes the session after a time, unless it is woken before. @param left - Called when it goes, for whatever cause. */
  rest(milliseconds: number, left: () => void): void {
    this.client.once("close", left);
    this.#timer = setTimeout(() => void this.close(), milliseconds);
    // A program that has nothing else to do ends; its sessions end with it.
    this.#timer.unref();
  }

  /** It is used again. */
  wake(): void {
    clearTimeout(this.#timer);
    this.client.removeAllListeners("close");
  }

  /** Ends the session: politely, unless a transfer is in the way. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.client.busy) this.client.destroy();
    else await this.client.close();
  }

  #note({ verb }: SentCommand): void {
    const name = verb.toUpperCase();
    if (movingVerbs.has(name)) this.#moved = true;
    else if (spoilingVerbs.has(name)) this.#spoilt = true;
  }
}
