// Addresses in all notations, whole and broken, for the server's arguments and the client's parsers.
import * as protocol from "../../../packages/core/dist/protocol/index.js";
import { Control, demandAnswers } from "../control.js";
import { Fault, quickly } from "../fire.js";

const whole = [
  ...["127,0,0,1,4,1", "|1|127.0.0.1|1025|", "|2|::1|1025|", "|2|::ffff:127.0.0.1|1025|", "4,4,127,0,0,1,2,4,1"],
  ...[
    "Entering Passive Mode (127,0,0,1,4,1).",
    "Entering Extended Passive Mode (|||1025|)",
    "=127,0,0,1,4,1",
    "|||1025|",
  ],
  ...[
    "|2|fe80::1%lo|1025|",
    "6,16,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,2,4,1",
    "Entering Long Passive Mode (4,4,127,0,0,1,2,4,1)",
  ],
];
const codecs = ["hostPortArgument", "extendedAddressArgument", "longAddressArgument", "extendedPassiveArgument"];
const parsers = ["parsePassiveAnswer", "parseExtendedPassiveAnswer", "parseLongPassiveAnswer", "normaliseAddress"];

export const addresses = {
  name: "addresses",
  async round(random, fire) {
    const texts = Array.from({ length: 20 }, () => {
      const octets = random.mutate(Buffer.from(random.pick(whole)), [...Buffer.from("0129,|.:()%=-ef")]);
      return random.once(8) ? octets.toString("latin1").repeat(random.below(2000)) : octets.toString("latin1");
    });
    for (const text of texts) this.read(text);
    const lines = texts.map((text) =>
      `${random.pick(["PORT", "EPRT", "LPRT", "EPSV"])} ${text.replace(/[\r\n]/g, "")}`.slice(0, 4000),
    );
    const all = ["USER memory", "PASS b", ...lines, "QUIT"];
    const control = await Control.open(fire.ports.ftp);
    await control.send(random, Buffer.from(`${all.join("\r\n")}\r\n`));
    await control.ended(lines.join("\n"));
    // What begins with one of Telnet's own octets, or is nothing after all, is no line.
    demandAnswers(control, all.length + 1, lines.join("\n"));
    return texts.length;
  },
  /** What an address is read as is one, and reads the same again. */
  read(text) {
    for (const name of codecs) {
      const codec = protocol[name];
      try {
        const address = quickly(name, () => codec.parse(text));
        if (address?.address === undefined) continue;
        const again = codec.parse(codec.format(address));
        if (again.address !== address.address || again.port !== address.port)
          throw new Fault(`${name} of ${JSON.stringify(text)}`);
        if (!protocol.isIPv4(address.address) && !protocol.isIPv6(address.address))
          throw new Fault(`${name}: ${address.address}`);
        if (!Number.isInteger(address.port) || address.port < 0 || address.port > 65_535)
          throw new Fault(`${name}: ${address.port}`);
      } catch (error) {
        if (!(error instanceof protocol.ArgumentError)) throw error;
      }
    }
    for (const name of parsers) quickly(name, () => protocol[name](text));
  },
};
