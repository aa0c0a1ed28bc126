// Telnet's commands between, before and within command lines (RFC 854): none of them is a command of FTP's, or eats one.
import { Control, demandAnswers } from "../control.js";

const IAC = 255;
const [WILL, WONT, DO, DONT] = [251, 252, 253, 254];
/** NOP, data mark, break, interrupt process, abort output, are you there, erase, go ahead. */
const plain = [241, 242, 243, 244, 245, 246, 247, 248, 249];

export const telnet = {
  name: "telnet",
  async round(random, fire) {
    const spoken = () =>
      random.once(2)
        ? [IAC, random.pick([WILL, WONT, DO, DONT]), random.below(255)]
        : [IAC, random.pick(plain), ...(random.once(4) ? [IAC, 242] : [])];
    const lines = random.list(40, () => random.pick(["NOOP", "PWD", "SYST", "XYZZY", "CWD á", "STAT", "FEAT", "ABOR"]));
    const pieces = ["USER memory", "PASS b", ...lines].map((line) => {
      const bytes = Buffer.from(line);
      const at = random.below(bytes.length + 1);
      const within = random.once(2) ? spoken() : [];
      return Buffer.from([...bytes.subarray(0, at), ...within, ...bytes.subarray(at), 13, 10]);
    });
    const noise = random.once(3)
      ? random.mutate(Buffer.from([IAC, 250, 1, 2, IAC, 240]), [IAC, 250, 240, 10])
      : undefined;
    const control = await Control.open(fire.ports.ftp);
    await control.send(random, Buffer.concat(pieces));
    if (noise === undefined) {
      await control.send(random, Buffer.from("QUIT\r\n"));
      await control.ended(lines.join("\n"));
      demandAnswers(control, lines.length + 4, lines.join("\n"));
    } else {
      // What a broken negotiation eats is its sender's loss; the server must live.
      await control.send(random, noise);
      if (random.once(2)) control.socket.resetAndDestroy();
      else control.socket.destroy();
    }
    return lines.length + 3;
  },
};
