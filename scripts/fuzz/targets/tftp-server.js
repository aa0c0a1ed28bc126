// Packets of TFTP, whole and broken, from many sockets (RFC 1350, RFC 2347): none of them ends the server or holds it up.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { get } from "../../../packages/core/dist/tftp/index.js";
import { Fault } from "../fire.js";

const text = (...parts) => Buffer.from(`${parts.join("\0")}\0`, "latin1");
const request = (opcode, ...parts) => Buffer.concat([Buffer.from([0, opcode]), text(...parts)]);
const whole = [
  request(1, "a", "octet"),
  request(1, "a", "netascii"),
  request(1, "a", "octet", "blksize", "1428", "windowsize", "16", "tsize", "0", "timeout", "1"),
  request(1, "a", "octet", "blksize", "65464", "windowsize", "65535", "multicast", ""),
  request(1, "out/secret", "octet"),
  request(1, "../outside/secret", "octet"),
  request(2, "out/new", "octet"),
  request(2, "b", "octet"),
  request(2, "b", "netascii", "blksize", "8", "tsize", "99999999999999999999"),
  request(2, "d\\e", "octet", "windowsize", "4", "rollover", "1"),
];
const following = [
  Buffer.concat([Buffer.from([0, 3, 0, 1]), Buffer.alloc(512, 120)]),
  Buffer.from([0, 3, 0, 1, 120]),
  Buffer.from([0, 3, 255, 255]),
  Buffer.from([0, 4, 0, 0]),
  Buffer.from([0, 4, 0, 1]),
  Buffer.from([0, 4, 255, 255]),
  Buffer.concat([Buffer.from([0, 5, 0, 0]), text("stop")]),
  Buffer.concat([Buffer.from([0, 6]), text("blksize", "512")]),
  Buffer.from([0, 9]),
  Buffer.alloc(0),
];
/** Packets of one socket that follow its requests. */
const packetsOfOne = 60;
const interesting = [0, 1, 2, 3, 4, 5, 6, 255, 47, 92, 46, 45, 57];

export const tftpServer = {
  name: "tftp-server",
  async round(random, fire) {
    const port = fire.ports.tftp;
    const sockets = await Promise.all(Array.from({ length: 1 + random.below(6) }, () => this.open()));
    try {
      for (const socket of sockets) {
        // What the server answers from is where the transfer goes on. Each packet may be answered by an ERROR: not for ever.
        let left = packetsOfOne;
        socket.on("message", (_, from) => {
          for (const packet of random.list(3, () => this.follow(random))) {
            if (left-- > 0) socket.send(packet, from.port, "127.0.0.1");
          }
        });
        for (const first of random.list(3, () => this.begin(random))) socket.send(first, port, "127.0.0.1");
      }
      await new Promise((resolve) => setTimeout(resolve, 5 + random.below(30)));
      const { data } = await get(`tftp://127.0.0.1:${port}/untouched`, { initialTimeout: 500 });
      if (data.length !== 14_000) throw new Fault(`a file of 14,000 octets came with ${data.length}`);
      return sockets.length;
    } finally {
      for (const socket of sockets) socket.removeAllListeners("message").close();
    }
  },
  async open() {
    const socket = createSocket("udp4");
    socket.on("error", () => undefined);
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    return socket;
  },
  begin(random) {
    const packet = random.pick(random.once(6) ? following : whole);
    return random.once(2) ? packet : random.mutate(packet, interesting);
  },
  follow(random) {
    const packet = random.pick(following);
    return random.once(2) ? packet : random.mutate(packet, interesting);
  },
};
