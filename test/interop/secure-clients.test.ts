/** Real clients against our server under TLS, with data connections bound to their session. */
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeAuthority, type Authority } from "../../packages/core/test/support/certificates.ts";
import { makeFolder, run, startOurServer, type Running } from "./processes.ts";
import { awkwardFiles, digestTree, makeTree } from "./trees.ts";

type Server = Running & { readonly port: number; readonly implicitPort: number };

let served: Awaited<ReturnType<typeof makeFolder>>;
let local: Awaited<ReturnType<typeof makeFolder>>;
let authority: Authority;
let source: string;
let files: Record<"ca" | "cert" | "key" | "clientCert" | "clientKey", string>;
let server: Server;

/** Writes a new certificate of the server's as a renewal does: beside, then over the old one. */
async function renew(): Promise<void> {
  const issued = await authority.issue(["127.0.0.1"]);
  for (const [path, content] of [
    [files.key, issued.key],
    [files.cert, issued.cert],
  ] as const) {
    await writeFile(`${path}.new`, content, { mode: 0o600 });
    await rename(`${path}.new`, path);
  }
}

const certificateOptions = (): string[] => ["--tls-cert", files.cert, "--tls-key", files.key];

beforeAll(async () => {
  served = await makeFolder();
  local = await makeFolder();
  source = join(local.path, "source");
  await makeTree(source, [], 200);
  authority = await makeAuthority("Interop");
  const path = (name: string): string => join(local.path, `${name}.pem`);
  files = {
    ca: path("ca"),
    cert: path("cert"),
    key: path("key"),
    clientCert: path("client-cert"),
    clientKey: path("client-key"),
  };
  await writeFile(files.ca, authority.cert);
  await renew();
  const client = await authority.issue(["a client"]);
  await writeFile(files.clientCert, client.cert);
  await writeFile(files.clientKey, client.key);
  server = await startOurServer(served.path, [
    ...certificateOptions(),
    ...["--tls-implicit", "127.0.0.1:0", "--tls-require", "all", "--tls-ccc"],
  ]);
});

afterAll(async () => {
  await server.stop();
  await served.remove();
  await local.remove();
});

/** A folder on the server, and one here for what comes back. */
async function places(name: string): Promise<{ there: string; here: string }> {
  const here = join(local.path, `${name}-back`);
  await mkdir(here, { recursive: true });
  await mkdir(join(served.path, name), { recursive: true });
  return { there: join(served.path, name), here };
}

const versions = [
  ["1.2", ["--tls-max", "1.2"]],
  ["1.3", ["--tlsv1.3"]],
] as const;

describe("curl", () => {
  const trusting = (): string[] => ["-sS", "--cacert", files.ca, "--user", "me:secret"];

  it.each(versions)("moves every awkward file both ways, TLS %s", async (version, only) => {
    const { there, here } = await places(`curl-${version}`);
    const base = `ftp://127.0.0.1:${server.port}/curl-${version}/`;
    const each = (way: (name: string) => string[]): string[] => awkwardFiles.flatMap(([name]) => way(name));
    const remote = (name: string): string => `${base}${encodeURIComponent(name)}`;
    const common = [...trusting(), "--ssl-reqd", "--fail-early", ...only];
    const uploads = awkwardFiles.map(([name]) => ["-T", join(source, "awkward", name), remote(name)]);
    // In TLS 1.3 curl often closes an upload before it has read the ticket for the next one, whoever the server is.
    const runs = version === "1.3" ? uploads : [uploads.flat()];
    for (const args of runs) await run("curl", [...common, ...args]);
    await run("curl", [...common, ...each((name) => ["-o", join(here, name), remote(name)])]);
    const expected = await digestTree(join(source, "awkward"));
    expect(await digestTree(there)).toBe(expected);
    expect(await digestTree(here)).toBe(expected);
  });

  it.each(versions)("works by implicit TLS and goes on in the clear by CCC, TLS %s", async (version, only) => {
    const { here } = await places(`curl-other-${version}`);
    const from = join(source, "awkward", "exactly");
    const path = `curl-other-${version}/file`;
    await run("curl", [...trusting(), ...only, "-T", from, `ftps://127.0.0.1:${server.implicitPort}/${path}`]);
    const ccc = ["--ssl-reqd", "--ftp-ssl-ccc", "--ftp-ssl-ccc-mode", "active"];
    await run("curl", [
      ...trusting(),
      ...only,
      ...ccc,
      "-o",
      join(here, "file"),
      `ftp://127.0.0.1:${server.port}/${path}`,
    ]);
    await run("cmp", [from, join(here, "file")]);
  });

  it("is told why it may not go in the clear", async () => {
    const url = `ftp://127.0.0.1:${server.port}/`;
    const { code, stderr } = await run("curl", ["-sSv", "--user", "me:secret", url], { mayFail: true });
    expect(code).toBe(67);
    expect(stderr).toMatch(/530 .*AUTH TLS/);
  });

  it("shows a certificate of its own where one is demanded", async () => {
    const strict = await startOurServer(served.path, [
      ...certificateOptions(),
      ...["--tls-client-ca", files.ca, "--tls-client-cert", "required"],
    ]);
    try {
      const url = `ftp://127.0.0.1:${strict.port}/`;
      const own = ["--cert", files.clientCert, "--key", files.clientKey];
      for (const [, only] of versions) {
        const common = [...trusting(), "--ssl-reqd", "-v", ...only];
        await run("curl", [...common, ...own, url]);
        const { code, stderr } = await run("curl", [...common, url], { mayFail: true });
        expect(code).toBe(67);
        expect(stderr).toContain("client certificate is needed");
      }
    } finally {
      await strict.stop();
    }
  });
});

describe("lftp", () => {
  it.each(["explicit", "implicit"])("mirrors the tree both ways (%s)", async (way) => {
    const { there, here } = await places(`lftp-${way}`);
    const settings = `set net:max-retries 1; set ssl:ca-file ${files.ca}; set ftp:ssl-force yes; set ftp:ssl-protect-data yes`;
    const script = `${settings}; mirror -R ${source} lftp-${way}; mirror lftp-${way} ${here}; bye`;
    const url = way === "explicit" ? `ftp://127.0.0.1:${server.port}` : `ftps://127.0.0.1:${server.implicitPort}`;
    await run("lftp", ["-u", "me,secret", "-e", script, url]);
    const expected = await digestTree(source);
    expect(await digestTree(there)).toBe(expected);
    expect(await digestTree(here)).toBe(expected);
  });
});

describe("Python's ftplib, which cannot resume a session", () => {
  const script = (port: number): string => `
import ftplib, io, ssl
f = ftplib.FTP_TLS(context=ssl.create_default_context(cafile="${files.ca}"))
f.connect("127.0.0.1", ${port}); f.login("me", "secret"); f.prot_p()
f.storbinary("STOR python", io.BytesIO(b"x" * 300000))
back = io.BytesIO(); f.retrbinary("RETR python", back.write)
assert back.getvalue() == b"x" * 300000
assert "python" in f.nlst()
f.quit()
`;

  it("is refused, and told why", async () => {
    const { stderr } = await run("/usr/bin/python3", ["-c", script(server.port)], { mayFail: true });
    expect(stderr).toMatch(/522 The data connection must resume the TLS session of the control connection/);
  });

  it("works where resumption is not demanded", async () => {
    const lax = await startOurServer(served.path, [...certificateOptions(), "--no-tls-resumption"]);
    try {
      await run("/usr/bin/python3", ["-c", script(lax.port)]);
    } finally {
      await lax.stop();
    }
  });
});

describe("a certificate that is renewed under load", () => {
  it("drops no session, and serves the next", async () => {
    await places("load");
    const content = join(source, "awkward", "exactly");
    const url = `ftp://127.0.0.1:${server.port}/load/`;
    const common = ["-sS", "--cacert", files.ca, "--user", "me:secret", "--ssl-reqd"];
    const load = Array.from({ length: 4 }, (_, worker) => {
      const uploads = Array.from({ length: 40 }, (__, index) => ["-T", content, `${url}w${worker}-${index}`]).flat();
      return run("curl", [...common, "--fail-early", "--tls-max", "1.2", ...uploads]);
    });
    const shown = async (): Promise<string> => {
      const { stdout } = await run(
        "sh",
        [
          "-c",
          `openssl s_client -starttls ftp -connect 127.0.0.1:${server.port} </dev/null 2>/dev/null | openssl x509 -noout -fingerprint`,
        ],
        { mayFail: true },
      );
      return stdout;
    };
    const before = await shown();
    expect(before).toContain("ingerprint");
    await renew();
    await expect.poll(shown, { timeout: 10_000, interval: 300 }).not.toBe(before);
    await Promise.all(load);
    await run("curl", [...common, url]);
  });
});
