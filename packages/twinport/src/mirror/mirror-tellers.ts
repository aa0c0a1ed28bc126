/** What a mirror tells while it works: progress and troubles on stderr, what was done as JSON on stdout where asked for. */
import type { MirrorEvent, MirrorPlan, MirrorResult } from "@twinport/core/ftp-client";
import { errorFacts, explain, printable } from "../exit-codes.ts";
import type { ProgressView } from "../remote/progress.ts";

/** Writes an object as a line of JSON. */
export function writeJson(object: object): void {
  process.stdout.write(`${JSON.stringify(object)}\n`);
}

/** Tells events of a mirror. */
export class MirrorTeller {
  readonly #view: ProgressView;
  readonly #json: boolean;
  readonly #direction: "upload" | "download";
  readonly #retries: number;

  constructor(view: ProgressView, json: boolean, direction: "upload" | "download", retries: number) {
    this.#view = view;
    this.#json = json;
    this.#direction = direction;
    this.#retries = retries;
  }

  /** One event. */
  readonly tell = (event: MirrorEvent): void => {
    switch (event.type) {
      case "listed":
      case "begin":
        return;
      case "progress": {
        const { step, bytes, offset, size, rate, remaining } = event;
        const direction = this.#direction;
        this.#view.onProgress({ path: step.path, direction, bytes, offset, size, rate, remaining });
        return;
      }
      case "done":
        if (event.step.action === "copy") this.#view.end(event.step.path);
        if (this.#json) writeJson({ event: "done", ...event.step, bytes: event.bytes });
        return;
      case "note": {
        const { path, message, reason } = event.note;
        this.#view.note(`twinport: ${printable(path)}: ${message}`, { event: "note", path, reason, message });
        if (this.#json) writeJson({ event: "note", ...event.note });
        return;
      }
      case "retry": {
        const { path, retry, delay, error } = event;
        const [first = ""] = explain(error).split("\n");
        const again = `again in ${(delay / 1000).toFixed(1)} s (${retry} of ${this.#retries})`;
        this.#view.note(`${first}; ${again}`, {
          event: "retry",
          path,
          retry,
          delay: Math.round(delay),
          ...errorFacts(error),
        });
        return;
      }
      case "failed": {
        const { path, action, error, message } = event.failure;
        const facts = error === undefined ? { error: message } : errorFacts(error);
        this.#view.end(path);
        this.#view.note(`${explain(error ?? new Error(message))} (${printable(path === "" ? "/" : path)})`, {
          event: "error",
          path,
          action,
          ...facts,
        });
        if (this.#json) writeJson({ event: "failed", path, action, ...facts });
      }
    }
  };
}

/** What was done in all, for programs. */
export function writeResult(result: MirrorResult): void {
  const { notes, failures, ...counts } = result;
  writeJson({ event: "end", ...counts, notes: notes.length, failures: failures.length });
}

/** What is to be done, for programs: a line a step, and what it comes to. */
export function writePlan(plan: MirrorPlan): void {
  const { steps, ...rest } = plan;
  for (const step of steps) writeJson({ event: "step", ...step });
  writeJson({ event: "plan", steps: steps.length, ...rest });
}
