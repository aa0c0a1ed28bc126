/** Real clients whose transfers are refused with a data connection at hand: they go on in the same session, in clear and under TLS. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makeAuthority } from "../../packages/core/test/support/certificates.ts";
import { FtpServer } from "../../packages/core/src/ftp-server/index.ts";
import { LocalStorage } from "../../packages/core/src/storage/index.ts";
import { makeFolder, run } from "./processes.ts";

let served: Awaited<ReturnType<typeof makeFolder>>;
let local: Awaited<ReturnType<typeof makeFolder>>;
let storage: LocalStorage;
let server: FtpServer;
let port: number;
let ca: string;
/** What was refused, and how sessions ended. */
let told: string[] = [];

beforeAll(async () => {
  served = await makeFolder();
  local = await makeFolder();
  const authority = await makeAuthority("Interop");
  ca = join(local.path, "ca.pem");
  await writeFile(ca, authority.cert);
  storage = new LocalStorage({ root: served.path });
  server = new FtpServer({
    accounts: { login: () => ({ name: "me", storage }) },
    listeners: [{ host: "127.0.0.1", port: 0 }],
    tls: { certificates: [await authority.issue(["127.0.0.1"])] },
  });
  server.on("refusal", ({ verb, code }) => told.push(`${verb} ${code}`));
  server.on("session-end", ({ reason }) => told.push(reason));
  await server.start();
  port = server.addresses[0]?.port ?? 0;
});

beforeEach(async () => {
  await writeFile(join(served.path, "whole"), "0123456789");
  await writeFile(join(local.path, "up"), "stored");
  told = [];
});

afterEach(() => {
  expect(server.passivePortsArmed).toBe(0);
});

afterAll(async () => {
  await server.stop();
  await storage.close();
  await served.remove();
  await local.remove();
});

const text = (folder: string, name: string): Promise<string> => readFile(join(folder, name), "utf8");
const ended = (): Promise<void> => expect.poll(() => told.at(-1)).toBe("quit");

describe.each([
  ["in clear", false],
  ["under TLS", true],
] as const)("after a refusal (%s)", (_, secure) => {
  it("curl fetches the next file, and stores one", async () => {
    const url = `ftp://127.0.0.1:${port}`;
    const tls = secure ? ["--ssl-reqd", "--cacert", ca] : [];
    const { stdout } = await run(
      "curl",
      ["-sS", ...tls, "-u", "me:x", `${url}/missing`, `${url}/whole`, `${url}/no/folder/`, `${url}/whole`],
      { mayFail: true },
    );
    expect(stdout).toBe("01234567890123456789");
    await run("curl", ["-sS", ...tls, "-u", "me:x", "-T", join(local.path, "up"), `${url}/no/up`], { mayFail: true });
    await run("curl", ["-sS", ...tls, "-u", "me:x", "-T", join(local.path, "up"), `${url}/up`]);
    expect(await text(served.path, "up")).toBe("stored");
    await ended();
  });

  it("lftp fetches the next file, stores one, and goes on with a part", async () => {
    await writeFile(join(local.path, "whole"), "0123");
    const settings = secure
      ? `set ftp:ssl-force yes; set ftp:ssl-protect-data yes; set ssl:ca-file ${ca};`
      : "set ftp:ssl-allow no;";
    const script = `${settings} set cmd:fail-exit no; set xfer:clobber yes; set net:max-retries 1; open -u me,x -p ${port} 127.0.0.1;
get missing; cls no; put ${join(local.path, "up")} -o no/up; get -c whole -o ${join(local.path, "whole")}; put ${join(local.path, "up")}; quit`;
    await run("lftp", ["--norc", "-c", script], { mayFail: true });
    expect(await text(local.path, "whole")).toBe("0123456789");
    expect(await text(served.path, "up")).toBe("stored");
  });
});

describe("after a refusal", () => {
  it("tnftp and ncftp fetch the next file", async () => {
    const { stdout } = await run("tnftp", ["-n", "-V", "127.0.0.1", String(port)], {
      input: `user me x\nbinary\nlcd ${local.path}\nget missing a\nput ${join(local.path, "missing")} no/a\nls no\nget whole b\nquit\n`,
      mayFail: true,
    });
    expect(stdout).not.toContain("425");
    expect(await text(local.path, "b")).toBe("0123456789");
    await ended();
    const ncftp = ["-u", "me", "-p", "x", "-P", String(port), "-V", "127.0.0.1", local.path];
    await run("ncftpget", [...ncftp, "missing", "whole"], { mayFail: true });
    expect(await text(local.path, "whole")).toBe("0123456789");
    expect(told).toContain("RETR 550");
  });
});
