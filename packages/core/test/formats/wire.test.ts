/** Every format on the wire of a server: the bytes are computed by hand from RFC 959 §3, both ways. */
import { once } from "node:events";
import { mkdtemp, readFile as readLocal, rm } from "node:fs/promises";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync, inflateSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { LocalStorage, MemoryStorage, type Storage } from "../../src/storage/index.ts";
import { putFile, readFile, startServer } from "../ftp-server/server-fixture.ts";
import { RawSession } from "../ftp-server/raw-session.ts";

interface WireCase {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly stored: string;
  readonly wire: string;
}

/** Bytes as hexadecimal, with spaces for the reader. */
const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ""), "hex");
const textOf = (text: string): string => Buffer.from(text).toString("hex");

const cases: readonly WireCase[] = [
  { name: "TYPE A: lines end in CR LF", parameters: ["TYPE A"], stored: textOf("a\nb\n"), wire: "61 0d0a 62 0d0a" },
  {
    name: "TYPE A T and C: the file holds its own format effectors",
    parameters: ["TYPE A C"],
    stored: textOf("1top\n"),
    wire: "31 74 6f 70 0d0a",
  },
  {
    name: "TYPE E: code page 1047, lines end in NEL",
    parameters: ["TYPE E"],
    stored: textOf("Ab[\n"),
    wire: "c1 82 ad 15",
  },
  { name: "TYPE L 8: octets", parameters: ["TYPE L 8"], stored: "00 ff 0a", wire: "00 ff 0a" },
  {
    name: "TYPE L 12: two logical bytes in three octets",
    parameters: ["TYPE L 12"],
    stored: "0abc 0123",
    wire: "ab c1 23",
  },
  {
    name: "TYPE L 12: one logical byte, and padding",
    parameters: ["TYPE L 12"],
    stored: "0abc",
    wire: "ab c0",
  },
  {
    name: "STRU R of text: EOR for each line end, EOF with the last",
    parameters: ["TYPE A", "STRU R"],
    stored: textOf("ab\ncd\n"),
    wire: "61 62 ff01 63 64 ff03",
  },
  {
    name: "STRU R of text whose last line has no end",
    parameters: ["TYPE A", "STRU R"],
    stored: textOf("ab\ncd"),
    wire: "61 62 ff01 63 64 ff02",
  },
  {
    name: "STRU R in EBCDIC: no NEL, records",
    parameters: ["TYPE E", "STRU R"],
    stored: textOf("A\n"),
    wire: "c1 ff03",
  },
  {
    name: "STRU R of octets: FF is doubled, the file is one record",
    parameters: ["TYPE I", "STRU R"],
    stored: "ff 00 ff",
    wire: "ffff 00 ffff ff03",
  },
  {
    name: "STRU P in TYPE L 16: the page of zeros is left out",
    parameters: ["TYPE L 16", "STRU P"],
    stored: "0001 0002  0000 0000  0003",
    wire: "0004 0000 0002 0001 0001 0002  0004 0002 0001 0001 0003  0004 0003 0000 0000",
  },
  {
    name: "STRU P in TYPE I: header fields of one octet",
    parameters: ["TYPE I", "STRU P"],
    stored: "01 02 03",
    wire: "04 00 02 01 01 02  04 01 01 01 03  04 02 00 00",
  },
  { name: "MODE B", parameters: ["TYPE I", "MODE B"], stored: textOf("abc"), wire: "00 0003 616263  40 0000" },
  { name: "MODE B of nothing", parameters: ["TYPE I", "MODE B"], stored: "", wire: "40 0000" },
  {
    name: "MODE B with records",
    parameters: ["TYPE A", "STRU R", "MODE B"],
    stored: textOf("ab\n\nc\n"),
    wire: "80 0002 6162  80 0000  80 0001 63  40 0000",
  },
  {
    name: "MODE C: a run, and the last string after the EOF escape",
    parameters: ["TYPE I", "MODE C"],
    stored: textOf("aaaaab"),
    wire: "85 61  00 40  01 62",
  },
  {
    name: "MODE C in TYPE A: the filler is a space",
    parameters: ["TYPE A", "MODE C"],
    stored: textOf("x    y"),
    wire: "01 78  c4  00 40  01 79",
  },
  {
    name: "MODE C in TYPE E: the filler is EBCDIC's space",
    parameters: ["TYPE E", "MODE C"],
    stored: textOf("A    A"),
    wire: "01 c1  c4  00 40  01 c1",
  },
  {
    name: "MODE C in TYPE I: the filler is zero",
    parameters: ["TYPE I", "MODE C"],
    stored: "00 00 00 00",
    wire: "00 40  c4",
  },
  {
    name: "MODE C with records",
    parameters: ["TYPE A", "STRU R", "MODE C"],
    stored: textOf("ab\nc\n"),
    wire: "00 80  02 6162  00 c0  01 63",
  },
];

const representation = { pageLength: 2 } as const;

async function session(storage: Storage, more: Parameters<typeof startServer>[0] = {}): Promise<RawSession> {
  const { port } = await startServer({ storage, representation, ...more });
  return RawSession.logIn(port);
}

async function set(raw: RawSession, parameters: readonly string[]): Promise<void> {
  for (const line of parameters) expect(await raw.code(line)).toBe(200);
}

/** The next octets of a connection that stays open. */
async function readOctets(socket: Socket, count: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  const take = (chunk: Buffer): void => {
    chunks.push(chunk);
    length += chunk.length;
  };
  socket.on("data", take);
  socket.resume();
  while (length < count) await once(socket, "data");
  socket.off("data", take);
  return Buffer.concat(chunks);
}

describe("a download has these bytes", () => {
  it.each(cases)("$name", async ({ parameters, stored, wire }) => {
    const storage = new MemoryStorage();
    await putFile(storage, "/f", hex(stored));
    const raw = await session(storage);
    await set(raw, parameters);
    const data = await raw.passive();
    expect((await raw.command("RETR f")).code).toBe(150);
    const bytes = await readOctets(data, hex(wire).length);
    expect(bytes.toString("hex")).toBe(hex(wire).toString("hex"));
    const keeps = parameters.some((line) => /^MODE [BC]$/.test(line));
    expect((await raw.reply()).code).toBe(keeps ? 250 : 226);
    raw.close();
    data.destroy();
  });

  it("MODE Z: zlib's stream of what stream mode has", async () => {
    const storage = new MemoryStorage();
    await putFile(storage, "/f", "line\n".repeat(1000));
    const raw = await session(storage);
    await set(raw, ["TYPE A", "STRU R", "MODE Z"]);
    const { bytes, last } = await raw.download("RETR f");
    expect(last.code).toBe(226);
    const expected = `${"line\xff\x01".repeat(999)}line\xff\x03`;
    expect(inflateSync(bytes).toString("latin1")).toBe(expected);
    raw.close();
  });
});

describe("an upload of these bytes", () => {
  const splittings = [
    ["whole", (bytes: Buffer) => [bytes]],
    ["octet by octet", (bytes: Buffer) => [...bytes].map((octet) => Buffer.of(octet))],
  ] as const;

  describe.each(splittings)("%s", (_, split) => {
    it.each(cases)("$name", async ({ parameters, stored, wire }) => {
      const root = await mkdtemp(join(tmpdir(), "twinport-wire-"));
      onTestFinished(() => rm(root, { recursive: true }));
      const storage = new LocalStorage({ root });
      const raw = await session(storage);
      await set(raw, parameters);
      const data = await raw.passive();
      data.setNoDelay(true);
      expect((await raw.command("STOR f")).code).toBe(150);
      for (const piece of split(hex(wire))) {
        data.write(piece);
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
      }
      const keeps = parameters.some((line) => /^MODE [BC]$/.test(line));
      if (!keeps) data.end();
      expect((await raw.reply()).code).toBe(keeps ? 250 : 226);
      expect((await readLocal(join(root, "f"))).toString("hex")).toBe(hex(stored).toString("hex"));
      raw.close();
      data.destroy();
    });
  });

  it("MODE Z: zlib's stream of what stream mode has", async () => {
    const storage = new MemoryStorage();
    const raw = await session(storage);
    await set(raw, ["TYPE A", "STRU R", "MODE Z"]);
    expect((await raw.upload("STOR f", deflateSync(Buffer.from("ab\xff\x01c\xff\x03", "latin1")))).last.code).toBe(226);
    expect(await readFile(storage, "/f")).toBe("ab\nc\n");
    raw.close();
  });
});
