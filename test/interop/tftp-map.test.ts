/** Map files, as tftpd-hpa follows them and as our server does: the same names lead to the same files. */
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { LocalStorage } from "../../packages/core/src/storage/index.ts";
import { compileRules } from "../../packages/core/src/tftp/index.ts";
import { openUdpSocket } from "../../packages/core/src/tftp/transfer/udp-socket.ts";
import { RawPeer, startTftp } from "../../packages/core/test/tftp/tftp-fixture.ts";
import { parseTftpMap } from "../../packages/twinport/src/serve/tftp-map.ts";
import { program } from "./peer-servers.ts";
import { makeFolder, start } from "./processes.ts";

const cases: readonly (readonly [map: string, ...names: string[]])[] = [
  ["rg \\\\ / # backslashes", "\\a\\\\b", "a\\b"],
  ["r ^[^/] pre/\\0", "f", "/f"],
  ["r (a|ab|abc) x", "zabcd", "abab"],
  ["rg aa a\nrg // /", "baaaab", "a////b"],
  ["ri ^BOOT[\\/] q/", "boot/x", "boot\\x"],
  ["r ^(.*)-(.*)$ \\i_\\x_\\2\\U\\1\\L\\2\\E.Img", "aB-cD"],
  ["r (x)?b [\\1]", "ab", "xb"],
  ["e ^p\nr ^ z", "p1", "q1"],
  ["rs ^alias p\nr ^ z", "alias1"],
  ["a \\.key$", "a.key", "a.ke"],
  ["~a ^ok", "okay", "no"],
  ["r a\\ b x\\ y", "ka b"],
  ["r [[:digit:]]+ N\nr a{2,3} x", "ab123c4", "baaaaa"],
  ["r b\nrg ^/", "abc", "///f"],
  ["rG ^ r\nrP ^ w\nr4 ^ v4\nr6 ^ v6", "f"],
  ["r (a*)+(b|bc)(c?) <\\1|\\2|\\3>", "aaabc"],
];

async function ask(port: number, name: string): Promise<string> {
  const peer = await RawPeer.open();
  peer.send(`\0\x01${name}\0octet\0`, port);
  const { text, from } = await peer.next();
  peer.send("\0\x04\0\x01", from.port);
  // Of an ERROR only the code: the words are everybody's own.
  return text.startsWith("\0\x05") ? `ERROR ${text.charCodeAt(3)}` : text;
}

/** Asks until the server, which has just been started, answers. */
async function untilAnswered(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const peer = await RawPeer.open();
    peer.send("\0\x01none\0octet\0", port);
    if (!(await peer.quiet(100))) return;
  }
  throw new Error("in.tftpd does not answer");
}

it.each(cases)("%j leads to the same files", async (map, ...names) => {
  const folder = await makeFolder();
  onTestFinished(() => folder.remove());
  const root = join(folder.path, "root");
  await mkdir(root);
  const mapFile = join(folder.path, "map");
  await writeFile(mapFile, `${map}\n`);
  const probe = await openUdpSocket({ address: "127.0.0.1", family: 4, port: 0, receiveBuffer: 0 });
  const { port } = probe.address();
  probe.close();
  const options = ["--foreground", "--secure", "--user", "root", "--address", `127.0.0.1:${port}`, "-m", mapFile, root];
  const theirs = start(program("tftpd-hpa", "usr/sbin/in.tftpd"), options);
  onTestFinished(() => theirs.stop());
  await untilAnswered(port);
  const rewrite = parseTftpMap(map, "map");
  const ours = await startTftp({ storage: new LocalStorage({ root }), rewrite });
  for (const asked of names) {
    let made: string | undefined;
    try {
      made = compileRules(rewrite)({ file: asked, operation: "read", address: "127.0.0.1" }) ?? asked;
    } catch {
      made = undefined;
    }
    if (made !== undefined) {
      const path = join(root, made);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, made);
      await chmod(path, 0o644);
    }
    const answers = [await ask(port, asked), await ask(ours.port, asked)];
    const expected = made === undefined ? "ERROR 2" : `\0\x03\0\x01${made}`;
    expect([asked, ...answers]).toEqual([asked, expected, expected]);
    if (made !== undefined) await rm(join(root, made));
  }
});
