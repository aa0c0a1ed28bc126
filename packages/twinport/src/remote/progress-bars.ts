/** Progress as bars on a terminal: one for each file under way, and for many files one for all of them. */
import cliProgress, { type MultiBar, type SingleBar } from "cli-progress";
import { Tally, type Standing } from "./progress-tally.ts";
import type { ProgressView } from "./progress.ts";
import { fitted } from "./terminal-text.ts";
import { formatBytes, formatSeconds } from "./units.ts";

/** Columns of a file's name. */
const nameWidth = 24;
/** Milliseconds between two drawings. */
const drawInterval = 100;

/** Bars. */
export function bars(): ProgressView {
  const view = new Bars();
  return {
    expect: (files, bytes) => view.expect(files, bytes),
    onProgress: (event) => {
      view.tally.observe(event);
      view.draw(event.path);
    },
    end: (path) => (path === undefined ? view.tally.paths : [path]).forEach((each) => view.end(each)),
    note: (text) => view.note(text),
    close: () => view.close(),
  };
}

class Bars {
  readonly tally: Tally = new Tally();
  readonly #shown = new Map<string, SingleBar>();
  readonly #drawn = new Map<string, number>();
  #multi: MultiBar | undefined;
  #total: SingleBar | undefined;
  #many = false;

  expect(files: number, bytes: number | undefined): void {
    this.tally.expect(files, bytes);
    this.#many = files > 1;
  }

  draw(path: string, now = false): void {
    if (!now && performance.now() - (this.#drawn.get(path) ?? 0) < drawInterval) return;
    this.#drawn.set(path, performance.now());
    const standing = this.tally.standing(path);
    if (standing === undefined) return;
    let bar = this.#shown.get(path);
    if (bar === undefined) {
      bar = this.#create(path.slice(path.lastIndexOf("/") + 1), standing);
      this.#shown.set(path, bar);
      // Below those of the files: a bar that is made later stands lower, so the total's is made anew.
      if (this.#many && this.#total !== undefined) this.#multi?.remove(this.#total);
      if (this.#many) this.#total = this.#create(...this.#totalFacts());
    } else update(bar, standing);
    if (this.#total !== undefined) this.#drawTotal(this.#total);
  }

  end(path: string): void {
    this.draw(path, true);
    this.tally.end(path);
    this.#drawn.delete(path);
    const bar = this.#shown.get(path);
    this.#shown.delete(path);
    if (bar === undefined) return;
    if (this.#many) this.#multi?.remove(bar);
    else this.close();
    if (this.#total !== undefined) this.#drawTotal(this.#total);
  }

  note(text: string): void {
    if (this.#multi === undefined) process.stderr.write(`${text}\n`);
    else this.#multi.log(`${text}\n`);
  }

  close(): void {
    this.#multi?.update();
    this.#multi?.stop();
    this.#multi = undefined;
    this.#total = undefined;
    this.#shown.clear();
  }

  #create(name: string, standing: Standing): SingleBar {
    this.#multi ??= new cliProgress.MultiBar({
      format: " {name} {bar} {percentage}% {done} {rate}/s {left}",
      barsize: 16,
      barCompleteChar: "█",
      barIncompleteChar: "░",
      hideCursor: true,
      clearOnComplete: false,
      stream: process.stderr,
    });
    const { done } = standing;
    return this.#multi.create(sizeOf(standing), done, { name: fitted(name, nameWidth), ...payload(standing) });
  }

  #totalFacts(): [string, Standing] {
    const total = this.tally.total();
    const { files, expected } = total;
    return [`${files} of ${expected ?? "?"} files`, total];
  }

  #drawTotal(bar: SingleBar): void {
    const [name, standing] = this.#totalFacts();
    update(bar, standing, { name: fitted(name, nameWidth) });
  }
}

function update(bar: SingleBar, standing: Standing, more: Record<string, string> = {}): void {
  bar.setTotal(sizeOf(standing));
  bar.update(standing.done, { ...payload(standing), ...more });
}

/** What a bar counts up to: what nobody knows is as much as there is, and an empty file is whole. */
function sizeOf({ size, done }: Standing): number {
  return Math.max(1, size ?? done);
}

function payload({ done, rate, left }: Standing): Record<string, string> {
  return {
    done: formatBytes(done).padStart(9),
    rate: formatBytes(rate).padStart(9),
    left: (left === undefined ? "" : formatSeconds(left)).padStart(7),
  };
}
