// node many-sessions-client.js PORT SESSIONS ADDRESS...: so many sessions from each of these addresses of this machine, logged
// in, and then silent. Tells its parent how many there are. On a message { command } each sends it; those are told that were
// answered by one reply and nothing else.
import { once } from "node:events";
import { connect } from "node:net";

const [port, each] = process.argv.slice(2, 4).map(Number);
const addresses = process.argv.slice(4);
/** Sessions that log in at the same time. */
const atOnce = 50;

class Session {
  #text = "";
  #told;

  constructor(localAddress) {
    this.socket = connect({ port, host: "127.0.0.1", localAddress, noDelay: true }).setEncoding("latin1");
    this.socket.on("data", (text) => {
      this.#text += text;
      if (this.#text.endsWith("\r\n")) this.#told?.(this.#text);
    });
    for (const event of ["error", "close"]) this.socket.on(event, () => this.#told?.("closed"));
  }

  /** All that has come once a line is complete. */
  async reply() {
    if (!this.#text.endsWith("\r\n") && !this.socket.destroyed) await new Promise((told) => (this.#told = told));
    const text = this.socket.destroyed ? "closed" : this.#text;
    this.#text = "";
    return text;
  }

  command(line) {
    if (this.socket.destroyed) return "closed";
    this.socket.write(`${line}\r\n`);
    return this.reply();
  }

  async logIn() {
    for (const [line, code] of [
      [undefined, "220"],
      ["USER someone", "331"],
      ["PASS x", "230"],
      ["TYPE I", "200"],
    ]) {
      const reply = await (line === undefined ? this.reply() : this.command(line));
      if (!reply.startsWith(code)) throw new Error(`${line ?? "The greeting"} was ${JSON.stringify(reply)}`);
    }
    return this;
  }
}

const waiting = addresses.flatMap((address) => Array.from({ length: each }, () => address));
const sessions = [];
async function openSome() {
  for (let address = waiting.pop(); address !== undefined; address = waiting.pop()) {
    sessions.push(await new Session(address).logIn());
  }
}

try {
  await Promise.all(Array.from({ length: atOnce }, openSome));
  process.send({ open: sessions.length });
} catch (error) {
  process.send({ failed: String(error) });
}
process.on("message", async ({ command }) => {
  const replies = await Promise.all(sessions.map((session) => session.command(command)));
  const counts = {};
  for (const reply of replies) counts[reply.trimEnd()] = (counts[reply.trimEnd()] ?? 0) + 1;
  process.send({ replies: counts });
});
await once(process, "disconnect");
process.exit(0);
