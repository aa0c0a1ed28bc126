/** The shell: what it holds, and how it reads, asks and tells. */
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { FtpReplyError, type FtpClientOptions, type FtpClientTrace, type FtpUrl } from "@twinport/core/ftp-client";
import { interruption, printable, UsageError } from "../exit-codes.ts";
import { clientOptions, type RemoteOptions } from "../remote/session.ts";
import type { Asker } from "./asker.ts";
import type { CommandContext, Workplace } from "./context.ts";
import { LeaveShell, runLine, runSource } from "./interpret.ts";
import { Jobs } from "./jobs.ts";
import { LineInterrupted, type LineEditor } from "./line-editor.ts";
import type { LineSource } from "./line-source.ts";
import type { Macros } from "./macros.ts";
import { findNetrcMacros } from "./netrc-macros.ts";
import { standardOutput, type Output } from "./output.ts";
import { promptText } from "./prompt.ts";
import { defaultSettings } from "./settings.ts";
import { Site, type SiteHost } from "./site.ts";
import { SilentView, TerminalView, type TransferView } from "./transfer-view.ts";

/** What a shell is made from. */
export interface ShellOptions {
  /** What the command line said of connecting. */
  readonly remote: RemoteOptions;
  /** The terminal; undefined where there is none to talk with. */
  readonly editor?: LineEditor;
  /** Who is asked. Default: the terminal. */
  readonly asker?: Asker;
  readonly exitOnError: boolean;
  /** Default: stdout. */
  readonly output?: Output;
  /** Where notices go. Default: stderr. */
  readonly tell?: (text: string) => void;
}

/** A shell. */
export class Shell implements SiteHost {
  readonly place: Workplace;
  /** The server of `proxy`. */
  readonly secondary: Site;
  readonly macros: Macros = new Map<string, readonly string[]>();
  readonly aliases: Map<string, string> = new Map<string, string>();
  readonly jobs: Jobs;
  readonly editor: LineEditor | undefined;
  readonly #asker: Asker | undefined;
  readonly remote: RemoteOptions;
  readonly #output: Output;
  readonly #tell: (text: string) => void;
  readonly #view: TransferView;
  readonly #passwords = new Map<string, Promise<string>>();
  #running: AbortController | undefined;
  /** `quit` was said although jobs run: the second time counts. */
  warnedOfJobs = false;

  constructor({ remote, editor, asker, exitOnError, output, tell }: ShellOptions) {
    this.remote = remote;
    this.editor = editor;
    this.#asker = asker ?? editor;
    this.#output = output ?? standardOutput();
    this.#tell =
      tell ?? ((text) => (editor === undefined ? void process.stderr.write(`${text}\n`) : editor.notice(text)));
    this.#view =
      editor === undefined
        ? new SilentView((text) => this.place.settings.verbose && this.#tell(text))
        : new TerminalView(this.#tell);
    this.jobs = new Jobs((text) => this.say(text));
    this.secondary = new Site(this);
    this.place = {
      site: new Site(this),
      settings: {
        ...defaultSettings(),
        exitOnError,
        passive: remote.active !== true,
        debug: remote.verbose === true,
        verbose: remote.verbose === true,
      },
      names: { map: undefined, translate: undefined },
      folder: process.cwd(),
      restart: undefined,
    };
  }

  /** Whether somebody sits at a terminal. */
  get interactive(): boolean {
    return this.#asker !== undefined;
  }

  /** Tells something that is no data. */
  say(text: string): void {
    if (this.editor === undefined) this.#tell(text);
    else this.#view.note(text);
  }

  /** Runs a line as if it had been typed; Ctrl-C ends it. @returns Its exit code. @throws LeaveShell. */
  runTop(line: string, source: LineSource): Promise<number> {
    return this.#interruptible((context) => runLine(line, context), source);
  }

  /** Runs all lines of a source as `runTop` does, one Ctrl-C for all of them. */
  runAll(source: LineSource): Promise<number> {
    return this.#interruptible((context) => runSource(source, context), source);
  }

  /** Reads and runs lines of the terminal until it is left. @returns The exit code. */
  async interact(editor: LineEditor): Promise<number> {
    const source: LineSource = {
      next: (prompt) =>
        editor.read(prompt).catch((error: unknown) => {
          throw error instanceof LineInterrupted ? new Error(interruption) : error;
        }),
      where: () => undefined,
      close: () => undefined,
    };
    for (;;) {
      try {
        const line = await this.#readTyped(editor);
        if (line === undefined) this.say("");
        const code = await this.runTop(line ?? "quit", source);
        if (code === 0 && line !== undefined && line.trim() !== "" && this.jobs.list.length === 0)
          this.warnedOfJobs = false;
      } catch (error) {
        if (error instanceof LeaveShell) return error.code;
        if (!(error instanceof LineInterrupted)) throw error;
      }
    }
  }

  async #readTyped(editor: LineEditor): Promise<string | undefined> {
    let line = await editor.read(promptText(this.place));
    while (line !== undefined && /(?:^|[^\\])(?:\\\\)*\\$/.test(line))
      line = `${line.slice(0, -1)}${(await editor.read("> ")) ?? ""}`;
    return line;
  }

  /** Waits for the jobs, and closes all sessions. @returns The exit code of the last job that failed. */
  async close(): Promise<number> {
    await this.jobs.wait(
      this.jobs.list.map(({ id }) => id),
      new AbortController().signal,
    );
    await Promise.all([this.place.site.close(), this.secondary.close()]);
    this.editor?.close();
    return this.jobs.failure;
  }

  /** Ends what runs now: the first time the command, the second time its connection. */
  interrupt(): void {
    const running = this.#running;
    if (running === undefined) return;
    if (running.signal.aborted) {
      this.place.site.client?.destroy();
      this.secondary.client?.destroy();
    }
    running.abort(new Error(interruption));
  }

  async #interruptible(run: (context: CommandContext) => Promise<number>, source: LineSource): Promise<number> {
    const controller = new AbortController();
    this.#running = controller;
    const onSignal = (): void => this.interrupt();
    process.on("SIGINT", onSignal);
    try {
      return await run(this.context(source, controller.signal));
    } finally {
      process.off("SIGINT", onSignal);
      this.#running = undefined;
    }
  }

  /** What a command is given that somebody typed. */
  context(source: LineSource, signal: AbortSignal): CommandContext {
    return {
      shell: this,
      place: this.place,
      signal,
      output: this.#output,
      view: this.#view,
      asker: this.#asker,
      source,
      background: false,
      primary: undefined,
      depth: 0,
      aliases: new Set(),
      say: (text) => this.say(text),
    };
  }

  /** As `SiteHost` has it. */
  async sessionOptions(url: FtpUrl, background: boolean): Promise<FtpClientOptions> {
    // Each connection has a signal of its own.
    const made = await clientOptions(url, this.remote, new AbortController().signal);
    const { password } = made;
    const key = `${made.user ?? ""}@${url.host}:${url.port}`;
    return {
      ...made,
      trace: this.#trace(background),
      ...(typeof password === "function" ? { password: () => this.#password(key, made.user ?? "", url.host) } : {}),
    };
  }

  /** What was typed was wrong: it is asked for again the next time. */
  forgetPasswords(): void {
    this.#passwords.clear();
  }

  #password(key: string, user: string, host: string): Promise<string> {
    const known = this.#passwords.get(key);
    if (known !== undefined) return known;
    const asked = this.#askPassword(user, host);
    this.#passwords.set(key, asked);
    asked.catch(() => this.#passwords.delete(key));
    return asked;
  }

  async #askPassword(user: string, host: string): Promise<string> {
    if (this.#asker === undefined) {
      throw new UsageError(
        `A password for ${user} at ${host} is needed; set TWINPORT_PASSWORD or put it into ~/.netrc`,
      );
    }
    const answer = await this.#asker.secret(`Password for ${printable(user)} at ${printable(host)}: `);
    if (answer === undefined) throw new Error(interruption);
    return answer;
  }

  /** Macros of `.netrc` for a host. */
  async netrcMacros(host: string): Promise<Macros> {
    const path = process.env["NETRC"] ?? join(homedir(), ".netrc");
    const text = await readFile(path, "utf8").catch(() => "");
    return findNetrcMacros(text, host);
  }

  #trace(background: boolean): FtpClientTrace {
    const shown = (text: string): void => {
      const { trace } = this.place.settings;
      const time = trace ? `${new Date().toISOString().slice(11, 23)} ` : "";
      this.say(`${time}${background ? "beside " : ""}${printable(text)}`);
    };
    return {
      command: ({ verb, argument }) => {
        const { debug, trace } = this.place.settings;
        if (trace || (debug && !background)) shown(`---> ${argument === undefined ? verb : `${verb} ${argument}`}`);
      },
      reply: ({ code, lines }) => {
        const { verbose, trace } = this.place.settings;
        if (!trace && (!verbose || background)) return;
        for (const line of lines) shown(`${code} ${line}`);
      },
    };
  }
}

/** Whether an error tells that the login was refused. */
export function isLoginRefusal(error: unknown): boolean {
  return error instanceof FtpReplyError && ["USER", "PASS", "ACCT"].includes(error.verb ?? "");
}
