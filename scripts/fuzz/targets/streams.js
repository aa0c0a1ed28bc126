// What travels in the modes, structures and types of RFC 959 §3, whole, cut anywhere and broken: whole it comes back as it
// was; broken it is refused, or read as something, in memory and time that have limits.
import { deflateSync } from "node:zlib";
import * as protocol from "../../../packages/core/dist/protocol/index.js";
import { connect } from "node:net";
import { once } from "node:events";
import { Control } from "../control.js";
import { Fault, quickly } from "../fire.js";

const { FileDecoder, FileEncoder, DataFormatError, defaultDataFormatOptions, whyMeaningless } = protocol;
const types = [
  { type: "A", form: "N" },
  { type: "E", form: "N" },
  { type: "I" },
  ...[8, 16, 7, 36].map((byteSize) => ({ type: "L", byteSize })),
];
const interesting = [0, 1, 10, 13, 16, 32, 48, 64, 80, 112, 127, 128, 191, 192, 240, 255];

export const streams = {
  name: "streams",
  async round(random, fire) {
    const format = {
      type: random.pick(types),
      structure: random.pick(["F", "R", "P"]),
      mode: random.pick(["S", "B", "C"]),
    };
    if (whyMeaningless(format, defaultDataFormatOptions) === undefined) this.local(random, format);
    if (random.once(4)) await this.upload(random, fire);
    return 1;
  },
  local(random, format) {
    const stored = random.once(3) ? Buffer.from("line\nanother\n".repeat(random.below(60))) : random.bytes(2000);
    const encoder = new FileEncoder(format, defaultDataFormatOptions, { offset: 0, size: stored.length });
    const out = [];
    try {
      for (const piece of random.pieces(stored)) out.push(Buffer.from(encoder.push(piece)));
      out.push(Buffer.from(encoder.finish()));
    } catch (error) {
      if (error instanceof DataFormatError) return;
      throw error;
    }
    const sent = Buffer.concat(out);
    const whole = decode(random, format, sent);
    if (whole === undefined) throw new Fault(`${JSON.stringify(format)} was not understood by its own decoder`);
    const again = whole.again();
    const faithful = format.structure === "F" && format.type.type === "I";
    if (faithful && !again.equals(stored)) throw new Fault(`${JSON.stringify(format)} came back as something else`);
    const other = { ...format, mode: random.pick(["S", "B", "C"]) };
    if (whyMeaningless(other, defaultDataFormatOptions) === undefined)
      decode(random, other, random.mutate(sent, interesting));
  },
  /** The same through the server: a deflated or framed upload that is broken. */
  async upload(random, fire) {
    const content = random.bytes(2000);
    const mode = random.pick(["B", "C", "Z"]);
    const sound = {
      B: Buffer.concat([Buffer.from([64, content.length >> 8, content.length & 255]), content]),
      C: content,
      Z: deflateSync(content),
    };
    const control = await Control.open(fire.ports.ftp);
    const data = new Promise((resolve) => {
      let text = "";
      control.watch((chunk) => {
        text += chunk;
        const [, port] = /\(\|\|\|(\d+)\|\)/.exec(text) ?? [];
        if (port !== undefined) resolve(Number(port));
      });
      control.socket.once("close", () => resolve(undefined));
    });
    const user = random.pick(["local", "memory"]);
    await control.send(
      random,
      Buffer.from(`USER ${user}\r\nPASS b\r\nTYPE I\r\nMODE ${mode}\r\nEPSV\r\nSTOR f\r\nQUIT\r\n`),
    );
    const port = await data;
    if (port === undefined) return;
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    socket.on("error", () => undefined);
    await once(socket, "connect");
    for (const piece of random.pieces(random.mutate(sound[mode], interesting)))
      if (socket.writable) socket.write(piece);
    if (random.once(4)) socket.resetAndDestroy();
    else socket.end();
    socket.resume();
    await control.ended(`MODE ${mode}`);
    socket.destroy();
  },
};

/** What octets decode to; undefined when they are refused. */
function decode(random, format, sent) {
  const decoder = new FileDecoder(format, defaultDataFormatOptions);
  const content = [];
  let position = 0;
  const take = () => {
    const { octets, notes } = decoder.take();
    for (const { note, position: to } of notes) if (note === "seek") position = to;
    if (!Number.isSafeInteger(position) || position < 0) throw new Fault(`a page at ${position}`);
    content.push(Buffer.from(octets));
  };
  try {
    for (let piece of random.pieces(sent)) {
      while (piece.length > 0 && decoder.end !== "yes") {
        const read = quickly(
          `${piece.length} octets of mode ${format.mode}`,
          once1(() => decoder.push(piece)),
        );
        if (read === 0 && decoder.end !== "yes") throw new Fault("a decoder stands still");
        piece = piece.subarray(read);
        take();
      }
    }
    decoder.finish();
    take();
  } catch (error) {
    if (error instanceof DataFormatError) return undefined;
    throw error;
  }
  return { again: () => Buffer.concat(content) };
}

/** A call that cannot be made twice: what it gave is given again. */
function once1(run) {
  let result;
  return () => (result ??= run());
}
