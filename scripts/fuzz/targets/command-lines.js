// Valid and broken commands that need no data connection, pipelined and split anywhere: each is answered once.
import { verbNames } from "../../../packages/core/dist/protocol/index.js";
import { Control, demandAnswers } from "../control.js";

/** Verbs that end the session, change who one is, or need a data connection. */
const left = "QUIT REIN PASS USER ACCT PASV EPSV LPSV CPSV RETR STOR APPE STOU LIST NLST MLSD AUTH CCC HOST".split(" ");
const verbs = verbNames.filter((verb) => !left.includes(verb));
const words = [
  ...["", "/", "..", "a", "*", "[", "-la", "20200101000000 a", "%n%s", "á한", "I", "A N", "L 8", "x".repeat(300)],
  ...["\\", "1", "-1", "99999999999999999999", "9007199254740993", '"', "127,0,0,1,1,1", "|1|127.0.0.1|2000|"],
  ...[
    "out/secret",
    "secret",
    "../outside/secret",
    "..%2foutside",
    "..\\outside",
    "a/../../outside/new",
    "/proc/self/mem",
  ],
  ...[
    "WHO",
    "IDLE 9",
    "CHMOD 777 a",
    "UTIME a 1 1 1 UTC",
    "CPFR a",
    "CPTO out/new",
    "SYMLINK out b",
    "HELP",
    "\0",
    "\x1b[2J",
  ],
];

export const commandLines = {
  name: "command-lines",
  async round(random, fire) {
    const word = () =>
      random.once(12) ? random.bytes(20).toString("latin1").replaceAll("\n", "") : random.pick(words);
    const line = () => {
      if (random.once(200)) return "z".repeat(5000);
      const broken = ["XYZZY", "A1", "é", "\t", "NOOPNOOPNOOPNOOPNOOP"];
      const verb = random.once(8) ? random.pick(broken) : random.pick(verbs);
      if (random.once(3)) return verb;
      return `${random.once(2) ? verb.toLowerCase() : verb} ${word()}${random.once(4) ? ` ${word()}` : ""}`;
    };
    const lines = [...random.list(30, line)];
    const user = random.once(2) ? "local" : "memory";
    const all = [`USER ${user}`, "PASS b", ...lines, "QUIT"];
    const control = await Control.open(fire.ports.ftp);
    // Names may be any octets, not UTF-8 alone; 255 would begin Telnet, which has a target of its own.
    const octets = random.once(3);
    const text = `${all.join("\r\n")}\r\n`;
    await control.send(random, octets ? Buffer.from(text.replaceAll("\xff", "\xfe"), "latin1") : Buffer.from(text));
    await control.ended(lines.join("\n"));
    demandAnswers(control, all.length + 1, lines.join("\n"));
    return all.length;
  },
};
