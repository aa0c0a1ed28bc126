/** `twinport edit`: a file of a server in an editor of this machine. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FtpReplyError, unsafeLocalName, type FtpPool } from "@twinport/core/ftp-client";
import { Command } from "commander";
import { printable, UsageError } from "../exit-codes.ts";
import { withPools } from "../remote/server-pools.ts";
import { readUrl, withRemoteOptions, type RemoteOptions } from "../remote/session.ts";
import { withRetryOptions, type TransferFlags } from "../remote/transfer-flags.ts";

interface EditOptions extends RemoteOptions, TransferFlags {
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Octets of a file that is edited. */
export const editLimit: number = 64 * 1024 * 1024;

/** What was edited was not uploaded. */
export class EditError extends Error {
  override readonly name = "EditError";
}

/** Makes the command. */
export function edit(): Command {
  const command = new Command("edit")
    .summary("edit a file")
    .description(
      "Edit a copy of a server's file by $VISUAL or $EDITOR, and upload it if it was\n" +
        "changed, and the server's file was not meanwhile. A new file is made.",
    )
    .argument("<url>", "the file")
    .option("-f, --force", "upload even if the server's file was changed meanwhile")
    .option("--json", "tell the outcome as JSON on stdout");
  return withRemoteOptions(withRetryOptions(command))
    .addHelpText("after", "\nExample:\n  EDITOR=nano twinport edit ftp://me@example.org/index.html")
    .action((url: string, options: EditOptions) => run(url, options));
}

async function run(text: string, options: EditOptions): Promise<void> {
  const url = readUrl(text);
  const name = url.path.slice(url.path.lastIndexOf("/") + 1);
  const reason = unsafeLocalName(name);
  if (reason !== undefined) throw new UsageError(`The URL names no file that can be edited: ${reason}`);
  const note = (told: string): void => void process.stderr.write(`${told}\n`);
  await withPools({ ...options, transfers: 1 }, note, async (pools, signal) => {
    const pool = await pools.of(url);
    const before = await read(pool, url.path, signal);
    const folder = await mkdtemp(join(tmpdir(), "twinport-edit-"));
    const copy = join(folder, name);
    let keeps = false;
    try {
      await writeFile(copy, before ?? "", { mode: 0o600 });
      await runEditor(copy);
      const after = await readFile(copy);
      const changed = before === undefined ? after.length > 0 : !after.equals(before);
      keeps = changed;
      if (changed) await upload(pool, url.path, { before, after, copy }, options, signal);
      keeps = false;
      tell(url.path, changed, after.length, options);
    } finally {
      if (keeps) note(`twinport: what was edited is kept in ${copy}`);
      else await rm(folder, { recursive: true, force: true });
    }
  });
}

/** A file's octets; undefined where there is none. */
async function read(pool: FtpPool, path: string, signal: AbortSignal): Promise<Uint8Array | undefined> {
  return pool.use(async (client) => {
    try {
      return await client.downloadBytes(path, { signal, maxBytes: editLimit });
    } catch (error) {
      const missing = error instanceof FtpReplyError && error.code === 550 && !(await client.exists(path, { signal }));
      if (missing) return undefined;
      throw error;
    }
  });
}

interface Edited {
  readonly before: Uint8Array | undefined;
  readonly after: Uint8Array;
  /** Where it lies on this machine. */
  readonly copy: string;
}

/** Uploads what was edited. Contents are compared, not times: those of many servers are of minutes. */
async function upload(
  pool: FtpPool,
  path: string,
  { before, after }: Edited,
  { force }: EditOptions,
  signal: AbortSignal,
): Promise<void> {
  if (force !== true) {
    const now = await read(pool, path, signal);
    const same = now === undefined || before === undefined ? now === before : Buffer.compare(now, before) === 0;
    if (!same) {
      const what = now === undefined ? "removed" : before === undefined ? "made" : "changed";
      throw new EditError(`The server's ${path} was ${what} meanwhile; --force replaces it`);
    }
  }
  await pool.upload(after, path, { signal });
}

/** Runs the editor as other programs do: by the shell, so that it may have arguments. @throws EditError when it fails. */
async function runEditor(file: string): Promise<void> {
  const windows = process.platform === "win32";
  const named = [process.env["VISUAL"], process.env["EDITOR"]].find((name) => name !== undefined && name !== "");
  const editor = named ?? (windows ? "notepad" : "vi");
  // Ctrl-C belongs to the editor.
  const ignore = (): void => undefined;
  process.on("SIGINT", ignore);
  try {
    const child = windows
      ? spawn(`${editor} "${file}"`, { stdio: "inherit", shell: true })
      : spawn("/bin/sh", ["-c", `${editor} "$@"`, editor, file], { stdio: "inherit" });
    const [code] = (await once(child, "exit")) as [number | null];
    if (code !== 0)
      throw new EditError(`The editor ${printable(editor)} ended with ${code ?? "a signal"}; nothing was uploaded`);
    // Editors that write a new file may give it another mode.
    await chmod(file, 0o600).catch(ignore);
  } finally {
    process.off("SIGINT", ignore);
  }
}

function tell(path: string, changed: boolean, bytes: number, { json }: EditOptions): void {
  if (json === true) process.stdout.write(`${JSON.stringify({ path, changed, bytes })}\n`);
  else process.stderr.write(`twinport: ${printable(path)} ${changed ? "is uploaded" : "was not changed"}\n`);
}
