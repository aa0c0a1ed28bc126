// A TFTP server that answers whatever it likes, for the client: every transfer ends, with a file or with a TftpError.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import * as protocol from "../../../packages/core/dist/protocol/index.js";
import { get, put, TftpError } from "../../../packages/core/dist/tftp/index.js";
import { Fault, quickly } from "../fire.js";

/** Milliseconds in which a transfer must end. */
const endTime = 8_000;
const options = { initialTimeout: 20, longestTimeout: 40, retries: 2 };
const interesting = [0, 1, 3, 4, 5, 6, 255, 48, 57];
const answers = [
  Buffer.from("\0\x06blksize\x00512\0", "latin1"),
  Buffer.from("\0\x06blksize\x001428\0windowsize\x0016\0tsize\x00600\0", "latin1"),
  Buffer.from("\0\x06windowsize\x0065535\0", "latin1"),
  Buffer.from("\0\x06tsize\x0099999999999999999999\0", "latin1"),
  Buffer.from("\0\x06multicast\x00239.255.0.1,1758,1\0", "latin1"),
  Buffer.concat([Buffer.from([0, 3, 0, 1]), Buffer.alloc(512, 120)]),
  Buffer.from([0, 3, 0, 1, 120]),
  Buffer.from([0, 3, 0, 2, 120]),
  Buffer.from([0, 4, 0, 0]),
  Buffer.from([0, 4, 0, 1]),
  Buffer.from([0, 4, 255, 255]),
  Buffer.from([0, 5, 0, 1, 0]),
];

export const tftpClient = {
  name: "tftp-client",
  async round(random) {
    const bytes = random.mutate(random.pick(answers), interesting);
    for (const name of ["parseRequest", "parseError", "parseOptionAcknowledgment", "parseMulticastAnswer"])
      parse(name, bytes);
    const server = createSocket("udp4");
    server.on("error", () => undefined);
    server.bind(0, "127.0.0.1");
    await once(server, "listening");
    let left = 400;
    server.on("message", (_, from) => {
      for (const packet of random.list(2, () =>
        random.once(2) ? random.pick(answers) : random.mutate(random.pick(answers), interesting),
      )) {
        if (left-- > 0) server.send(packet, from.port, from.address);
      }
    });
    const url = `tftp://127.0.0.1:${server.address().port}/a`;
    const transfer = random.once(2) ? get(url, options) : put(Buffer.alloc(random.below(4000), 1), url, options);
    const ended = transfer.catch((error) => {
      if (!(error instanceof TftpError)) throw error;
    });
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Fault(`a transfer did not end within ${endTime} ms`)), endTime);
    });
    try {
      await Promise.race([ended, late]);
    } finally {
      clearTimeout(timer);
      server.removeAllListeners("message").close();
    }
    return 1;
  },
};

function parse(name, bytes) {
  try {
    quickly(name, () => protocol[name](name === "parseMulticastAnswer" ? bytes.toString("latin1") : bytes));
  } catch (error) {
    const known = [protocol.TftpPacketError, protocol.TftpOptionError];
    if (!known.some((kind) => error instanceof kind)) throw error;
  }
}
