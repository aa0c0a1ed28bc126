/** The local ends of the TFTP client: files, links, devices and streams, quick, slow and broken. */
import { execFile } from "node:child_process";
import { chmod, lstat, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { MemorySink, openSource, streamSink } from "../../src/tftp/client/local-ends.ts";
import { getTo, put } from "../../src/tftp/index.ts";
import { pattern, putFile, RawPeer, startTftp } from "./tftp-fixture.ts";

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "tftp-client-"));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

/** A stream that gives one part and then nothing. */
function silentStream(): Readable {
  const stream = new Readable({ read: () => undefined });
  stream.push("abc");
  return stream;
}

describe("put", () => {
  it("ends when the server refuses a stream that is silent", async () => {
    const server = await RawPeer.open();
    const source = silentStream();
    const sent = put(source, `tftp://127.0.0.1:${server.port}/f`, { plain: true });
    const refused = expect(sent).rejects.toMatchObject({ kind: "refused", code: 3 });
    const { from } = await server.next();
    server.send("\0\x04\0\0", from.port);
    server.send("\0\x05\0\x03full\0", from.port);
    await refused;
    expect(source.destroyed).toBe(true);
  });

  it("ends when the caller gives a silent iterator up", async () => {
    const server = await RawPeer.open();
    const giveUp = new AbortController();
    let silent: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => (silent = resolve));
    const source = (async function* () {
      yield Buffer.from("abc");
      silent();
      await new Promise(() => undefined);
    })();
    const sent = put(source, `tftp://127.0.0.1:${server.port}/f`, { plain: true, signal: giveUp.signal });
    const aborted = expect(sent).rejects.toMatchObject({ kind: "aborted" });
    const { from } = await server.next();
    server.send("\0\x04\0\0", from.port);
    await asked;
    giveUp.abort();
    await aborted;
  });

  it("refuses a folder before the server hears of it", async () => {
    const server = await RawPeer.open();
    const sent = put(await folder(), `tftp://127.0.0.1:${server.port}/f`, { retries: 0, initialTimeout: 5 });
    await expect(sent).rejects.toMatchObject({ kind: "file", cause: { code: "EISDIR" } });
    expect(await server.quiet(0)).toBe(true);
  });

  it("reads files at once, and pipes as they come", async () => {
    const local = await folder();
    await writeFile(join(local, "f"), "abc");
    const file = await openSource(join(local, "f"));
    expect(file.size).toBe(3);
    const memory = Buffer.alloc(10);
    expect(file.readNow?.(memory)).toBe(3);
    expect(file.readNow?.(memory)).toBe(0);
    expect(memory.toString("utf8", 0, 3)).toBe("abc");
    await file.close();
    if (process.platform === "win32") return;
    const pipe = join(local, "pipe");
    await promisify(execFile)("mkfifo", [pipe]);
    const [source] = await Promise.all([openSource(pipe), writeFile(pipe, "xyz")]);
    expect("size" in source || "readNow" in source).toBe(false);
    expect(await source.read(memory)).toBe(3);
    await source.close();
  });
});

describe("getTo", () => {
  it("fails with the error that a stream had before the first answer, and not by an uncaught one", async () => {
    const server = await RawPeer.open();
    const stream = new Writable({ write: (_part, _encoding, done) => done() });
    const got = getTo(`tftp://127.0.0.1:${server.port}/f`, stream, { plain: true });
    const failed = expect(got).rejects.toMatchObject({ kind: "file", cause: { message: "gone" } });
    const { from } = await server.next();
    const closed = new Promise((resolve) => stream.once("close", resolve));
    stream.destroy(new Error("gone"));
    await closed;
    server.send("\0\x03\0\x01abc", from.port);
    await failed;
    expect((await server.next()).text.slice(0, 2)).toBe("\0\x05");
  });

  it("destroys the stream when nothing is got", async () => {
    const { port } = await startTftp();
    const stream = new Writable({ write: (_part, _encoding, done) => done() });
    await expect(getTo(`tftp://127.0.0.1:${port}/none`, stream)).rejects.toMatchObject({ code: 1 });
    expect(stream.destroyed).toBe(true);
    const other = new Writable({ write: (_part, _encoding, done) => done() });
    await expect(getTo("tftp://127.0.0.1/", other)).rejects.toThrow(RangeError);
    expect(other.destroyed).toBe(true);
  });

  it.skipIf(process.platform === "win32")("writes through links and into pipes, and keeps modes", async () => {
    const { port, storage } = await startTftp();
    await putFile(storage, "/f", pattern(5000));
    const url = `tftp://127.0.0.1:${port}/f`;
    const local = await folder();
    await writeFile(join(local, "target"), "before");
    await chmod(join(local, "target"), 0o600);
    await symlink("target", join(local, "link"));
    await getTo(url, join(local, "link"));
    expect((await lstat(join(local, "link"))).isSymbolicLink()).toBe(true);
    expect(Buffer.compare(await readFile(join(local, "target")), pattern(5000))).toBe(0);
    expect((await stat(join(local, "target"))).mode & 0o777).toBe(0o600);
    const pipe = join(local, "pipe");
    await promisify(execFile)("mkfifo", [pipe]);
    const [read] = await Promise.all([readFile(pipe), getTo(url, pipe)]);
    expect(Buffer.compare(read, pattern(5000))).toBe(0);
    await getTo(url, join(local, "漢".repeat(80)));
    expect((await readdir(local)).sort()).toEqual(["link", "pipe", "target", "漢".repeat(80)]);
  });
});

describe("the sinks", () => {
  const parts = [Buffer.from("abc"), Buffer.from("def")];

  it("of memory keeps parts as they are, and copies what may be used again", async () => {
    const sink = new MemorySink();
    const reused = Buffer.from("123");
    await sink.write(reused);
    reused.fill(0);
    await sink.writev(parts);
    expect(Buffer.from(sink.bytes).toString()).toBe("123abcdef");
  });

  it("of a stream writes many parts at once", async () => {
    const written: string[] = [];
    const stream = new Writable({
      write: (part: Buffer, _encoding, done) => {
        written.push(part.toString());
        done();
      },
    });
    const sink = streamSink(stream);
    await sink.writev(parts);
    await sink.commit();
    expect(written).toEqual(["abcdef"]);
  });
});
