/** How far transfers are: a line each on a terminal, hash marks, or nothing; and what became of them. */
import cliProgress, { type MultiBar, type SingleBar } from "cli-progress";
import type { ProgressEvent, TransferResult } from "@twinport/core/ftp-client";
import { printable } from "../exit-codes.ts";
import { formatBytes, formatSeconds } from "../remote/units.ts";
import type { Settings } from "./settings.ts";

/** One transfer, as it is shown. */
export interface ShownTransfer {
  readonly onProgress: (event: ProgressEvent) => void;
  /** It is over. @param told - What is said of it; nothing when it failed. */
  end(told?: string): void;
}

/** Shows transfers, several at once too. */
export interface TransferView {
  begin(name: string, settings: Settings): ShownTransfer;
  /** Tells something between the lines. */
  note(text: string): void;
}

/** Milliseconds between two looks at one transfer. */
const drawInterval = 100;
/** Characters of a file's name. */
const nameWidth = 24;

/** On a terminal. @param tell - Tells a line when no transfer is shown. */
export class TerminalView implements TransferView {
  readonly #tell: (text: string) => unknown;
  #bars: MultiBar | undefined;
  #count = 0;

  constructor(tell: (text: string) => unknown) {
    this.#tell = tell;
  }

  begin(name: string, settings: Settings): ShownTransfer {
    if (settings.hash) return this.#hashMarks(settings);
    if (!settings.progress) return silentTransfer((text) => this.note(text), settings);
    return this.#line(name, settings);
  }

  note(text: string): void {
    if (this.#bars === undefined) this.#tell(text);
    else this.#bars.log(`${text}\n`);
  }

  #line(name: string, settings: Settings): ShownTransfer {
    const begun = performance.now();
    // What is done in a moment needs no line.
    let drawn = begun;
    let bar: SingleBar | undefined;
    return {
      onProgress: (event) => {
        const now = performance.now();
        if (now - drawn < drawInterval) return;
        drawn = now;
        bar ??= this.#create(name, event);
        const seconds = (now - begun) / 1000;
        const done = event.offset + event.bytes;
        bar.setTotal(Math.max(1, event.size ?? done));
        bar.update(done, payload(event, event.rate || event.bytes / Math.max(0.001, seconds)));
      },
      end: (told) => {
        if (told !== undefined) this.note(told);
        if (bar !== undefined) this.#remove(bar);
        if (settings.bell) process.stderr.write("\u0007");
      },
    };
  }

  #create(name: string, event: ProgressEvent): SingleBar {
    this.#bars ??= new cliProgress.MultiBar({
      format: " {name} {bar} {percentage}% {done} {rate}/s {left}",
      barsize: 16,
      barCompleteChar: "█",
      barIncompleteChar: "░",
      hideCursor: true,
      clearOnComplete: true,
      // Interruptions are the shell's, which goes on.
      gracefulExit: false,
      stream: process.stderr,
    });
    this.#count++;
    const done = event.offset + event.bytes;
    return this.#bars.create(Math.max(1, event.size ?? done), done, { name: fitted(name), ...payload(event, 0) });
  }

  #remove(bar: SingleBar): void {
    this.#bars?.remove(bar);
    if (--this.#count > 0) return;
    this.#bars?.stop();
    this.#bars = undefined;
  }

  #hashMarks(settings: Settings): ShownTransfer {
    let marks = 0;
    return {
      onProgress: ({ bytes }) => {
        const due = Math.floor(bytes / settings.hashSize) - marks;
        if (due <= 0) return;
        marks += due;
        process.stderr.write("#".repeat(due));
      },
      end: (told) => {
        if (marks > 0) process.stderr.write("\n");
        if (told !== undefined) this.#tell(told);
        if (settings.bell) process.stderr.write("\u0007");
      },
    };
  }
}

/** Where nobody looks: what is told goes on, progress does not. */
export class SilentView implements TransferView {
  readonly #tell: (text: string) => unknown;

  constructor(tell: (text: string) => unknown) {
    this.#tell = tell;
  }

  begin(_name: string, settings: Settings): ShownTransfer {
    return silentTransfer(this.#tell, settings);
  }

  note(text: string): void {
    this.#tell(text);
  }
}

/** The view of a job: it remembers how far its transfers are, for `jobs`. */
export class JobView implements TransferView {
  readonly #tell: (text: string) => unknown;
  readonly #running = new Map<symbol, { readonly name: string; event?: ProgressEvent; readonly begun: number }>();

  constructor(tell: (text: string) => unknown) {
    this.#tell = tell;
  }

  begin(name: string): ShownTransfer {
    const key = Symbol(name);
    const state: { name: string; event?: ProgressEvent; begun: number } = { name, begun: performance.now() };
    this.#running.set(key, state);
    return {
      onProgress: (event) => {
        state.event = event;
      },
      end: (told) => {
        this.#running.delete(key);
        if (told !== undefined) this.#tell(told);
      },
    };
  }

  note(text: string): void {
    this.#tell(text);
  }

  /** A line for each transfer under way. */
  lines(): string[] {
    return [...this.#running.values()].map(({ name, event, begun }) => {
      if (event === undefined) return printable(name);
      const { rate, done, left } = payload(event, event.bytes / Math.max(0.001, (performance.now() - begun) / 1000));
      const percent =
        event.size === undefined || event.size === 0
          ? ""
          : ` ${Math.floor(((event.offset + event.bytes) / event.size) * 100)}%`;
      return `${printable(name)}${percent} ${done.trim()} ${rate.trim()}/s ${left.trim()}`.trimEnd();
    });
  }
}

function silentTransfer(tell: (text: string) => unknown, settings: Settings): ShownTransfer {
  return {
    onProgress: () => undefined,
    end: (told) => {
      if (told !== undefined) tell(told);
      if (settings.bell && process.stderr.isTTY) process.stderr.write("\u0007");
    },
  };
}

/** What is said of a transfer that went well. */
export function summary(
  did: string,
  name: string,
  { bytes, offset, milliseconds }: Omit<TransferResult, "path">,
): string {
  const rate = formatBytes(bytes / Math.max(0.001, milliseconds / 1000));
  const seconds = milliseconds < 60_000 ? `${(milliseconds / 1000).toFixed(1)} s` : formatSeconds(milliseconds / 1000);
  const after = offset > 0 ? ` after ${formatBytes(offset)}` : "";
  return `${did} ${printable(name)}: ${formatBytes(bytes)}${after} in ${seconds} (${rate}/s)`;
}

function payload(event: ProgressEvent, rate: number): Record<"done" | "rate" | "left", string> {
  const done = event.offset + event.bytes;
  const left = event.size === undefined || rate === 0 ? "" : formatSeconds((event.size - done) / rate);
  return { done: formatBytes(done).padStart(9), rate: formatBytes(rate).padStart(9), left: left.padStart(7) };
}

function fitted(name: string): string {
  const shown = printable(name);
  return shown.length > nameWidth ? `${shown.slice(0, nameWidth - 1)}…` : shown.padEnd(nameWidth);
}
