// Handshakes of TLS that break off: a client's first flight cut, changed or followed by anything, on a control connection (AUTH
// and implicit) and on a data connection. Then the server must still serve a whole one.
import { once } from "node:events";
import { connect } from "node:net";
import { Duplex } from "node:stream";
import { connect as connectTls } from "node:tls";
import { Control } from "../control.js";
import { Fault } from "../fire.js";

const interesting = [0, 1, 2, 3, 20, 21, 22, 23, 255];

/** The first flight of a client. */
function firstFlight(random) {
  return new Promise((resolve) => {
    const pipe = new Duplex({ read: () => undefined, write: (chunk) => resolve(chunk) });
    const options = { rejectUnauthorized: false, maxVersion: random.pick(["TLSv1.2", "TLSv1.3"]) };
    connectTls({ socket: pipe, ...options }).on("error", () => undefined);
  });
}

export const tls = {
  name: "tls",
  async round(random, fire) {
    const flight = await firstFlight(random);
    const bytes = random.pick([
      flight,
      random.mutate(flight, interesting),
      flight.subarray(0, random.below(flight.length)),
      random.bytes(600),
    ]);
    const where = random.pick(["auth", "implicit", "data"]);
    await this[where](random, fire, bytes);
    if (random.once(5)) await this.whole(fire);
    return 1;
  },
  async auth(random, fire, bytes) {
    const control = await Control.open(fire.ports.ftp);
    await control.send(random, Buffer.from("AUTH TLS\r\n"));
    if (random.once(2)) while (!control.text.includes("234 ")) await new Promise((resolve) => setTimeout(resolve, 1));
    await control.send(random, bytes);
    await breakOff(random, control.socket);
  },
  async implicit(random, fire, bytes) {
    const socket = connect({ port: fire.ports.implicit, host: "127.0.0.1" });
    socket.on("error", () => undefined).resume();
    await once(socket, "connect");
    for (const piece of random.pieces(bytes)) if (socket.writable) socket.write(piece);
    await breakOff(random, socket);
  },
  async data(random, fire, bytes) {
    const secure = await logIn(fire);
    secure.write("PBSZ 0\r\nPROT P\r\nEPSV\r\n");
    const port = await secure.until(/\(\|\|\|(\d+)\|\)/);
    const data = connect({ port: Number(port), host: "127.0.0.1" });
    data.on("error", () => undefined).resume();
    await once(data, "connect");
    secure.write(`${random.pick(["LIST", "STOR tls", "RETR a"])}\r\n`);
    for (const piece of random.pieces(bytes)) if (data.writable) data.write(piece);
    await breakOff(random, data);
    await secure.until(/^(?:4|5)\d\d /m);
    secure.socket.destroy();
    data.destroy();
  },
  async whole(fire) {
    const secure = await logIn(fire);
    secure.write("NOOP\r\n");
    await secure.until(/^200 /m);
    secure.socket.destroy();
  },
};

/** A session over implicit TLS, logged in. */
async function logIn(fire) {
  const socket = connectTls({ port: fire.ports.implicit, host: "127.0.0.1", rejectUnauthorized: false });
  socket.on("error", () => undefined);
  let text = "";
  socket.setEncoding("latin1").on("data", (chunk) => (text += chunk));
  const until = async (pattern) => {
    for (const end = performance.now() + 10_000; !pattern.test(text);) {
      if (socket.closed || performance.now() > end)
        throw new Fault(`a whole session under TLS was not served: ${text}`);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const [, found] = pattern.exec(text);
    text = "";
    return found;
  };
  const write = (line) => socket.write(line);
  write("USER local\r\nPASS b\r\n");
  await until(/^230 /m);
  return { socket, write, until };
}

async function breakOff(random, socket) {
  await new Promise((resolve) => setTimeout(resolve, random.below(10)));
  const ways = [
    () => socket.end(),
    () => socket.resetAndDestroy(),
    () => socket.destroy(),
    () => socket.write(random.bytes(100)),
  ];
  random.pick(ways)();
  await new Promise((resolve) => setTimeout(resolve, random.below(10)));
  socket.destroy();
}
