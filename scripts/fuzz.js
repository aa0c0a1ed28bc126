// `npm run fuzz [SECONDS] [SEED]`: scripts of valid and broken commands, pipelined and split anywhere, against a server in
// memory. After each: every command answered exactly once, the server answers still, no passive port is left armed.
import { connect } from "node:net";
import { once } from "node:events";
import { ensureBuilt, ensureInstalled } from "./bootstrap.js";

ensureInstalled();
ensureBuilt();
const { FtpServer } = await import("../packages/core/dist/ftp-server/index.js");
const { MemoryStorage } = await import("../packages/core/dist/storage/index.js");
const { verbNames } = await import("../packages/core/dist/protocol/index.js");

const seconds = Number(process.argv[2] ?? 20);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000_007);
process.stdout.write(`fuzz: ${seconds} s, seed ${seed}\n`);

/** mulberry32: small, and the same everywhere. */
let state = seed >>> 0;
function random(below) {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) % below;
}
const pick = (list) => list[random(list.length)];

const quiet = new Set([
  "QUIT",
  "REIN",
  "PASS",
  "USER",
  "ACCT",
  "PASV",
  "EPSV",
  "LPSV",
  "RETR",
  "STOR",
  "APPE",
  "STOU",
  "LIST",
  "NLST",
  "MLSD",
]);
const verbs = verbNames.filter((verb) => !quiet.has(verb));
const words = [
  "",
  "/",
  "..",
  "a",
  "*",
  "[",
  "-la",
  "20200101000000 a",
  "%n%s",
  "á한",
  "I",
  "A N",
  "L 8",
  "x".repeat(300),
  "\\",
  "1",
  "-1",
  "99999999999999999999",
  '"',
  "127,0,0,1,1,1",
  "|1|127.0.0.1|2000|",
];

const server = new FtpServer({
  accounts: { login: () => ({ name: "fuzz", storage: new MemoryStorage({ maxBytes: 1_000_000 }) }) },
  listeners: [{ host: "127.0.0.1", port: 0 }],
});
server.on("server-error", ({ doing, cause }) => fail(`the server failed ${doing}: ${cause?.stack ?? cause}`));
process.on("unhandledRejection", (cause) => fail(`unhandled rejection: ${cause?.stack ?? cause}`));

function fail(message) {
  process.stderr.write(`fuzz: ${message}\nfuzz: again with: npm run fuzz -- ${seconds} ${seed}\n`);
  process.exit(1);
}

/** Sends a script in random pieces; gives the codes of the replies up to the one of QUIT. */
async function play(lines) {
  const socket = connect({ port: server.addresses[0].port, host: "127.0.0.1" }).setNoDelay(true);
  let text = "";
  socket.setEncoding("utf8").on("data", (chunk) => (text += chunk));
  await once(socket, "connect");
  const bytes = Buffer.from(["USER a", "PASS b", ...lines, "QUIT", ""].join("\r\n"));
  for (let at = 0; at < bytes.length;) {
    const length = 1 + random(random(4) === 0 ? 3 : 400);
    socket.write(bytes.subarray(at, at + length));
    at += length;
    if (random(3) === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const timer = setTimeout(
    () => fail(`no end after 10 s; replies so far:\n${text}\nscript:\n${lines.join("\n")}`),
    10_000,
  );
  await once(socket, "close");
  clearTimeout(timer);
  return text
    .split("\r\n")
    .filter((line) => /^\d{3} /.test(line))
    .map((line) => Number(line.slice(0, 3)));
}

await server.start();
const end = Date.now() + seconds * 1000;
let scripts = 0;
let commands = 0;
while (Date.now() < end) {
  const lines = Array.from({ length: 1 + random(30) }, () => {
    const verb = random(8) === 0 ? pick(["XYZZY", "A1", "é", "\t", "NOOPNOOPNOOPNOOPNOOP"]) : pick(verbs);
    const line =
      random(3) === 0
        ? verb
        : `${random(2) === 0 ? verb.toLowerCase() : verb} ${pick(words)}${random(4) === 0 ? ` ${pick(words)}` : ""}`;
    return random(200) === 0 ? "z".repeat(5000) : line;
  });
  const codes = await play(lines);
  // The greeting, USER, PASS, each line, QUIT.
  if (codes.length !== lines.length + 4)
    fail(`${lines.length} commands had ${codes.length - 4} replies:\n${lines.join("\n")}\n${codes.join(" ")}`);
  if (server.passivePortsArmed !== 0) fail("a passive port is left armed");
  scripts++;
  commands += lines.length;
}
await server.stop();
process.stdout.write(`fuzz: ${scripts} scripts, ${commands} commands, no fault\n`);
