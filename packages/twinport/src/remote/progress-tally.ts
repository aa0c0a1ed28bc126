/** What a command has moved so far: the files under way, and all of them together. */
import type { ProgressEvent } from "@twinport/core/ftp-client";
import { Rate } from "./rate.ts";

/** What is told of a file that moves. */
export type FileMoved = Pick<ProgressEvent, "path" | "direction" | "bytes" | "offset" | "size"> &
  Partial<ProgressEvent>;

/** How far a file, or everything, is. */
export interface Standing {
  /** Octets that are there by now, those from before included. */
  readonly done: number;
  /** Octets in all; undefined where nobody knows. */
  readonly size: number | undefined;
  /** Octets a second. */
  readonly rate: number;
  /** Seconds that are left at that rate; undefined where it cannot be told. */
  readonly left: number | undefined;
}

/** How far everything is. */
export interface TotalStanding extends Standing {
  /** Files that are done. */
  readonly files: number;
  /** Files in all; undefined where nobody knows. */
  readonly expected: number | undefined;
}

interface Active {
  event: FileMoved;
  readonly rate: Rate;
  readonly begun: number;
}

/** Counts what moves. */
export class Tally {
  readonly #active = new Map<string, Active>();
  readonly #rate: Rate;
  readonly #now: () => number;
  #expected: number | undefined;
  #expectedBytes: number | undefined;
  #files = 0;
  #bytes = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#rate = new Rate(now);
  }

  /** So many files are going to move, and so many octets in them where that is known. */
  expect(files: number, bytes: number | undefined): void {
    this.#expected = files;
    this.#expectedBytes = bytes;
  }

  /** A file moved on. @returns Whether it is a new one. */
  observe(event: FileMoved): boolean {
    const active = this.#active.get(event.path);
    const done = event.offset + event.bytes;
    if (active === undefined) {
      const begun: Active = { event, rate: new Rate(this.#now), begun: this.#now() };
      begun.rate.note(event.offset);
      this.#active.set(event.path, begun);
      this.#rate.note(this.#done() - event.bytes);
      return true;
    }
    active.event = event;
    active.rate.note(done);
    this.#rate.note(this.#done());
    return false;
  }

  /** A file is done, or given up. @returns What was last heard of it, and milliseconds that it took. */
  end(path: string): { readonly event: FileMoved; readonly milliseconds: number } | undefined {
    const active = this.#active.get(path);
    this.#files++;
    if (active === undefined) return undefined;
    this.#active.delete(path);
    this.#bytes += active.event.offset + active.event.bytes;
    return { event: active.event, milliseconds: this.#now() - active.begun };
  }

  /** The files under way. */
  get paths(): string[] {
    return [...this.#active.keys()];
  }

  /** How far a file is that is under way. */
  standing(path: string): Standing | undefined {
    const active = this.#active.get(path);
    if (active === undefined) return undefined;
    const { event, rate } = active;
    const done = event.offset + event.bytes;
    return standing(done, event.size, rate.perSecond(done));
  }

  /** How far everything is. */
  total(): TotalStanding {
    const done = this.#done();
    const size = this.#expectedBytes === undefined ? undefined : Math.max(done, this.#expectedBytes);
    return { ...standing(done, size, this.#rate.perSecond(done)), files: this.#files, expected: this.#expected };
  }

  #done(): number {
    let done = this.#bytes;
    for (const { event } of this.#active.values()) done += event.offset + event.bytes;
    return done;
  }
}

function standing(done: number, size: number | undefined, rate: number): Standing {
  return { done, size, rate, left: size === undefined || rate <= 0 ? undefined : Math.max(0, size - done) / rate };
}
