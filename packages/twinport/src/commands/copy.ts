/** `twinport cp`: files from one server to another, by a connection of their own (FXP) or through this machine. */
import {
  noRetries,
  ServersRefusedError,
  transferBetween,
  type FtpClient,
  type FtpPool,
} from "@twinport/core/ftp-client";
import { Command, Option } from "commander";
import { printable, UsageError } from "../exit-codes.ts";
import { runEach, type Outcome } from "../remote/each.ts";
import { planCopies, type Copy } from "../remote/copy-plan.ts";
import { makeProgress, withProgressOptions, type ProgressOptions, type ProgressView } from "../remote/progress.ts";
import { relay } from "../remote/relay.ts";
import { withPools } from "../remote/server-pools.ts";
import { isUrl, readUrl, withRemoteOptions, type RemoteOptions } from "../remote/session.ts";
import { startPoints } from "../remote/start-points.ts";
import { withBandwidthOption, withTransferOptions, type TransferFlags } from "../remote/transfer-flags.ts";
import { formatBytes, formatSeconds } from "../remote/units.ts";
import { PatternFaults } from "../remote/pattern-faults.ts";

interface CopyOptions extends RemoteOptions, ProgressOptions, TransferFlags {
  readonly recursive?: boolean;
  readonly relay?: boolean;
  readonly fxp?: boolean;
  readonly continue?: boolean;
  readonly passive?: "from" | "to";
  readonly allowClear?: boolean;
  readonly json?: boolean;
}

/** Files at once, unless told otherwise: each takes a session with both servers. */
const defaultCopies = 2;

/** Makes the command. */
export function copy(): Command {
  const command = new Command("cp")
    .alias("copy")
    .summary("copy files from server to server")
    .description(
      "Copy files from one server to another, by a connection of their own (FXP). Most\n" +
        "servers allow that to few or nobody: where they refuse, the data goes through\n" +
        "this machine. Which way it went is told.",
    )
    .argument("<from...>", "the URLs of the files, and last that of the copy; with / at its end, the folder for them")
    .addOption(new Option("--fxp", "only by a connection of their own").conflicts("relay"))
    .option("--relay", "only through this machine")
    .option("-r, --recursive", "folders too, with all that is in them but links")
    .option("-c, --continue", "go on where a broken copy ended")
    .addOption(
      new Option("--passive <server>", "which server listens (default: to, else from)").choices(["from", "to"]),
    )
    .option("--allow-clear", "where TLS between them fails, let the data go in clear")
    .option("--json", "tell the outcome as JSON on stdout, a line a file");
  return withRemoteOptions(withProgressOptions(withTransferOptions(withBandwidthOption(command))))
    .addHelpText(
      "after",
      `
The options for TLS hold for both servers. Passwords of two servers fit into
~/.netrc; TWINPORT_PASSWORD is for both. Servers do not check who the other is.
--bwlimit holds for what goes through this machine.

Examples:
  twinport cp ftp://me@one.example/report.pdf ftp://me@two.example/inbox/
  twinport cp 'ftpes://one.example/*.iso' ftp://two.example/mirror/
  twinport cp -r ftp://one.example/pub ftp://two.example/mirror/
  twinport cp --fxp ftpes://one.example/a ftp://two.example/b`,
    )
    .action((urls: string[], options: CopyOptions) => run(urls, options));
}

async function run(urls: readonly string[], options: CopyOptions): Promise<void> {
  const to = urls.at(-1) ?? "";
  const from = urls.slice(0, -1);
  if (from.length === 0) throw new UsageError("Name the file, and last where it goes");
  for (const url of urls) {
    if (!isUrl(url)) throw new UsageError(`${url} is no URL; get and put are for files of this machine`);
  }
  if (options.relay === true && (options.passive !== undefined || options.allowClear === true)) {
    throw new UsageError("--passive and --allow-clear are for copies that do not go through this machine");
  }
  const target = readUrl(to);
  const transfers = options.transfers ?? defaultCopies;
  const view = await makeProgress(options);
  try {
    // Both ends may be one server: then each copy takes two of its sessions.
    await withPools({ ...options, transfers: transfers * 2 }, view.note, async (pools, signal) => {
      const faults = new PatternFaults({ ...options, note: view.note });
      const points = await startPoints(from, pools, signal, faults.add);
      const receiving = await pools.of(target);
      const copies = await planCopies(points, receiving, target.path, {
        recursive: options.recursive === true,
        ahead: transfers,
        note: view.note,
        signal,
      });
      const copier = new Copier(receiving, options, view, signal);
      view.expect(copies.length);
      await runEach(
        copies,
        { ...options, transfers, note: view.note },
        (each) => copier.copy(each),
        ({ path }) => path,
      );
      faults.demandNone();
    });
  } finally {
    view.close();
  }
}

/** Copies one file after the other, and remembers that the servers refused. */
class Copier {
  readonly #to: FtpPool;
  readonly #options: CopyOptions;
  readonly #view: ProgressView;
  readonly #signal: AbortSignal;
  #relays: boolean;

  constructor(to: FtpPool, options: CopyOptions, view: ProgressView, signal: AbortSignal) {
    this.#to = to;
    this.#options = options;
    this.#view = view;
    this.#signal = signal;
    this.#relays = options.relay === true;
  }

  /** Copies a file, and tells which way it went. */
  async copy({ pool, path, to: toPath, failure }: Copy): Promise<Outcome> {
    try {
      if (failure !== undefined) throw failure;
      const done = await this.#anyWay(pool, path, toPath);
      const { bytes, offset, milliseconds, via } = done;
      if (this.#options.json !== true && this.#options.quiet !== true) {
        const size = bytes === undefined ? "copied" : formatBytes(offset + bytes);
        const way = via === "fxp" ? "from server to server (FXP)" : "through this machine";
        this.#view.note(`${printable(path)}: ${size} ${way} in ${formatSeconds(milliseconds / 1000)}`, {
          event: "copied",
          path,
          to: toPath,
          via,
        });
      }
      return { path, to: toPath, ...done };
    } finally {
      this.#view.end(path);
    }
  }

  async #anyWay(from: FtpPool, path: string, toPath: string): Promise<Done> {
    if (!this.#relays) {
      try {
        return { ...(await this.#with(from, (a, b) => this.#fxp(a, path, b, toPath))), via: "fxp" };
      } catch (error) {
        if (this.#options.fxp === true || !(error instanceof ServersRefusedError)) throw error;
        this.#relays = true;
        this.#view.note(`twinport: ${printable(error.message)}; it goes through this machine`, {
          event: "fallback",
          path,
          error: error.message,
        });
      }
    }
    const how = { resume: this.#options.continue === true, signal: this.#signal, onProgress: this.#view.onProgress };
    return { ...(await this.#with(from, (a, b) => relay(a, path, b, toPath, how))), via: "relay" };
  }

  #fxp(sending: FtpClient, path: string, receiving: FtpClient, toPath: string): Promise<Moved> {
    const { passive, allowClear } = this.#options;
    return transferBetween(sending, path, receiving, toPath, {
      resume: this.#options.continue === true,
      allowClear: allowClear === true,
      signal: this.#signal,
      ...(passive === undefined ? {} : { passive }),
    });
  }

  /** A session with each server; the outer policy tries both again. */
  #with(from: FtpPool, run: (sending: FtpClient, receiving: FtpClient) => Promise<Moved>): Promise<Moved> {
    return from.use((sending) => this.#to.use((receiving) => run(sending, receiving), { retry: noRetries }));
  }
}

interface Moved {
  readonly bytes: number | undefined;
  readonly offset: number;
  readonly milliseconds: number;
}

interface Done extends Moved {
  readonly via: "fxp" | "relay";
}
