/** `npm start`: a folder, an account that is made up, and lines to paste. */
import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { StaticAccounts } from "@twinport/core/accounts";
import { FtpServer } from "@twinport/core/ftp-server";
import { LocalStorage } from "@twinport/core/storage";
import { TftpServer } from "@twinport/core/tftp";
import { explain } from "./exit-codes.ts";
import { listenersOf } from "./serve/ftp.ts";
import { logServer, makeLog } from "./serve/logs.ts";
import { logTftpServer } from "./serve/tftp.ts";
import { runServices } from "./serve/run-server.ts";

/** What `npm start` serves, and where. */
export interface QuickStartOptions {
  /** The folder; made with a welcome file when it is not there. */
  readonly folder: string;
  /** Where the made-up account is kept, with mode 0600. */
  readonly accountFile: string;
  /** On all addresses, IPv4 and IPv6. 0 lets the system choose, for IPv4 and for IPv6. */
  readonly port: number;
  /** TFTP's, on loopback only: whoever reaches it may read the folder. 0 lets the system choose. */
  readonly tftpPort: number;
}

interface MadeUpAccount {
  readonly user: string;
  readonly password: string;
}

const welcome = `Welcome to Twinport.

This folder is served by FTP. What you upload appears here, and what you put here
can be downloaded.
`;

/** Serves until Ctrl-C. */
export async function quickStart(options: QuickStartOptions): Promise<void> {
  try {
    const account = await readOrMakeAccount(options.accountFile);
    await makeFolder(options.folder);
    const storage = new LocalStorage({ root: options.folder });
    const { user: name, password } = account;
    const server = new FtpServer({
      accounts: new StaticAccounts({ users: [{ name, password }], storage }),
      listeners: listenersOf([{ host: undefined, port: options.port }]),
    });
    const boot = new TftpServer({ storage, listeners: [{ host: "127.0.0.1", port: options.tftpPort }] });
    const log = makeLog(process.stderr.isTTY ? "pretty" : "json", process.env["TWINPORT_LOG_LEVEL"] ?? "info");
    logServer(server, log);
    logTftpServer(boot, log);
    try {
      await runServices([server, boot], () => {
        tell(options, account, {
          ftp: server.addresses[0]?.port ?? options.port,
          tftp: boot.addresses[0]?.port ?? options.tftpPort,
        });
      });
    } finally {
      await storage.close();
    }
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`);
    process.exitCode = 1;
  }
}

function tell(
  options: QuickStartOptions,
  { user, password }: MadeUpAccount,
  ports: { readonly ftp: number; readonly tftp: number },
): void {
  const plain = `ftp://127.0.0.1:${ports.ftp}`;
  const full = `ftp://${user}:${password}@127.0.0.1:${ports.ftp}/`;
  process.stdout.write(`
Twinport serves ${resolve(options.folder)}
at ${plain} (and on this machine's other addresses, IPv4 and IPv6),
and for reading, without a password and to this machine only, by TFTP.

  User      ${user}
  Password  ${password}

Paste a line into another terminal, in this folder. The first lists, the second
uploads README.md and lists, the third downloads welcome.txt, the fourth prints
it by TFTP.

curl ${full}
lftp -u ${user},${password} -e 'put README.md; ls; bye' ${plain}
npx twinport get -o copy-of-welcome.txt ${full}welcome.txt
curl tftp://127.0.0.1:${ports.tftp}/welcome.txt

Ctrl-C ends the server.
`);
}

async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first !== undefined) await writeFile(join(folder, "welcome.txt"), welcome);
}

async function readOrMakeAccount(file: string): Promise<MadeUpAccount> {
  const kept = await readFile(file, "utf8").then(parseAccount, () => undefined);
  if (kept !== undefined) return kept;
  // Letters and digits: the password stands in a URL and in a shell's line as it is.
  const made = { user: "twinport", password: randomBytes(9).toString("base64url").replace(/[-_]/g, "x") };
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, `${JSON.stringify(made)}\n`, { mode: 0o600 });
  return made;
}

function parseAccount(text: string): MadeUpAccount | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("user" in value) || !("password" in value)) return undefined;
    const { user, password } = value;
    return typeof user === "string" && typeof password === "string" ? { user, password } : undefined;
  } catch {
    return undefined;
  }
}
