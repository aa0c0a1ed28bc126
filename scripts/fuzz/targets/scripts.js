// Whole sessions, data connections included, pipelined: transfers both ways, aborts, renames and broken lines in any order,
// with data connections that come, come late, never come, or break. Each command is answered once.
import { connect, createServer } from "node:net";
import { once } from "node:events";
import { Control, demandAnswers } from "../control.js";

const files = ["a", "b", "c", "d/e", "out/x", "secret", "*", "missing"];
const settings = [
  "TYPE I",
  "TYPE A",
  "TYPE E",
  "TYPE L 8",
  "MODE S",
  "MODE B",
  "MODE C",
  "MODE Z",
  "STRU F",
  "STRU R",
  "STRU P",
];
const transfers = ["RETR", "STOR", "APPE", "STOU", "LIST", "NLST", "MLSD", "STAT", "LIST -R", "MLST", "HASH", "XCRC"];
const others = [
  "ABOR",
  "STAT",
  "NOOP",
  "REST 3",
  "REST 99999999999",
  "ALLO 10",
  "ALLO 99999999999999",
  "MKD d",
  "RMD d",
  "DELE b",
];
const more = [
  "RNFR a",
  "RNTO b",
  "RNFR b",
  "RNTO a",
  "CWD d",
  "CDUP",
  "SIZE a",
  "XYZZY",
  "FEAT",
  "RANG 1 5",
  "EPSV ALL",
];

export const scripts = {
  name: "scripts",
  async round(random, fire) {
    const data = new DataEnds(random);
    const active = await data.listen();
    const line = () => {
      switch (random.below(6)) {
        case 0:
          return random.pick([
            "EPSV",
            "PASV",
            "LPSV",
            `PORT 127,0,0,1,${active >> 8},${active & 255}`,
            `EPRT |1|127.0.0.1|${active}|`,
          ]);
        case 1:
          return random.pick(settings);
        case 2:
        case 3:
          return `${random.pick(transfers)} ${random.pick(files)}`;
        default:
          return random.pick(random.once(2) ? others : more);
      }
    };
    const lines = random.list(24, line);
    const all = [`USER ${random.pick(["local", "memory"])}`, "PASS b", ...lines, "QUIT"];
    const told = lines.join("\n");
    const control = await Control.open(fire.ports.ftp);
    control.watch((chunk) => data.hear(chunk));
    try {
      const bytes = Buffer.from(`${all.join("\r\n")}\r\n`, "latin1");
      if (random.once(6)) return await this.breakOff(random, control, bytes);
      if (random.once(3)) await oneByOne(random, control, all);
      else await control.send(random, bytes);
      await control.ended(told);
      demandAnswers(control, all.length + 1, told);
      return all.length;
    } finally {
      control.socket.destroy();
      data.close();
    }
  },
  /** A client that goes away somewhere. */
  async breakOff(random, control, bytes) {
    await control.send(random, bytes.subarray(0, random.below(bytes.length)));
    await new Promise((resolve) => setTimeout(resolve, random.below(20)));
    if (random.once(3)) control.socket.end();
    else if (random.once(2)) control.socket.resetAndDestroy();
    control.socket.destroy();
    return 1;
  },
};

/** Sends each command once the one before is answered, as most clients do. */
async function oneByOne(random, control, lines) {
  const answered = async (count) => {
    while (control.codes.filter((code) => code >= 200).length < count && !control.socket.closed) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  for (const [at, line] of lines.entries()) {
    await answered(at + 1);
    await control.send(random, Buffer.from(`${line}\r\n`, "latin1"));
  }
}

/** The client's ends of data connections. */
class DataEnds {
  #random;
  #server = createServer();
  #sockets = new Set();
  #text = "";

  constructor(random) {
    this.#random = random;
    this.#server.on("connection", (socket) => this.#use(socket));
    this.#server.on("error", () => undefined);
  }

  async listen() {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return this.#server.address().port;
  }

  /** Connects where a reply says so: mostly, sometimes late, sometimes twice. */
  hear(chunk) {
    this.#text += chunk;
    const pattern = /^22[789] [^\n]*?(?:\(\|\|\|(\d+)\|\)|(\d+),(\d+)\))[^\n]*\n/m;
    for (let match = pattern.exec(this.#text); match !== null; match = pattern.exec(this.#text)) {
      this.#text = this.#text.slice(match.index + match[0].length);
      const port = match[1] === undefined ? Number(match[2]) * 256 + Number(match[3]) : Number(match[1]);
      const times = this.#random.pick([0, 1, 1, 1, 1, 1, 2]);
      for (let at = 0; at < times; at++) this.#dial(port, this.#random.once(5) ? this.#random.below(400) : 0);
    }
    this.#text = this.#text.slice(-500);
  }

  #dial(port, after) {
    setTimeout(() => this.#use(connect({ port, host: "127.0.0.1", allowHalfOpen: true })), after);
  }

  #use(socket) {
    const random = this.#random;
    this.#sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => this.#sockets.delete(socket));
    const [reads, sends] = [!random.once(6), random.once(2)];
    if (reads) socket.resume();
    if (sends) socket.write(random.bytes(random.once(5) ? 3000 : 60));
    const ends = {
      end: () => socket.end(),
      reset: () => socket.resetAndDestroy(),
      destroy: () => socket.destroy(),
      wait: () => undefined,
    };
    const end = ends[random.pick(["end", "end", "end", "end", "reset", "destroy", "wait"])];
    if (random.once(2)) end();
    else setTimeout(end, random.below(40));
    if (reads) socket.on("end", () => socket.end());
  }

  close() {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
