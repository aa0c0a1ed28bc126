/**
 * One file from the source to the target: as the plan saw it, or as it is by now; with as many attempts as it takes, each
 * of which goes on where the one before stopped.
 */
import type { Entry, OpenWriteOptions, ReadableFile, WritableFile } from "../../storage/index.ts";
import { FtpTransferError } from "../errors.ts";
import { measured } from "../events.ts";
import { ProgressMeter } from "../progress-meter.ts";
import { copyContent } from "./copy-content.ts";
import { isKind } from "./mirror-error.ts";
import type { CopyStep, MirrorStamp } from "./mirror-plan.ts";
import type { MirrorRun } from "./mirror-run.ts";
import { setAttributes } from "./set-attributes.ts";
import { isSameContent, stampOf } from "./stamps.ts";

/** Under this name the target keeps broken uploads for the next attempt. */
const uploader = "mirror";
/** Milliseconds that a listing may leave out before a file is asked for its own time. */
const vague = 60_000;

/** Copies the file of a step. */
export class FileCopy {
  readonly #run: MirrorRun;
  readonly #step: CopyStep;
  /** What the source told of the file last. */
  #source: MirrorStamp;
  #mode: number | undefined;
  /** Octets from the beginning that reached the target in some attempt. */
  #reached = 0;
  /** Octets that moved in all attempts. */
  #moved = 0;
  /** Over all attempts, with the pauses between them. */
  readonly #meter = new ProgressMeter();
  #changed = false;
  /** Whether the target's file has the source's time since it was committed. */
  #hasTime = false;
  /** Whether the target was held against the plan. */
  #isChecked = false;

  constructor(run: MirrorRun, step: CopyStep) {
    this.#run = run;
    this.#step = step;
    this.#source = step.from;
    this.#mode = run.options.preserveModes === false ? undefined : step.mode;
  }

  /** @returns Octets that moved; undefined when it turned out not to be done, which is told. @throws StorageError, FtpError. */
  async run(): Promise<number | undefined> {
    const { path } = this.#step;
    try {
      const isDone = await this.#run.retrying(path, (retry) => this.#attempt(retry));
      if (!isDone) return undefined;
      this.#run.done.copied++;
      if (this.#changed)
        this.#run.note(path, "source-changed", "it was changed after the plan was made, and is copied as it was then");
      return this.#moved;
    } finally {
      this.#run.fileDone(this.#step.from.size - this.#moved);
    }
  }

  /** @returns Whether the file is copied; what it is not is told. */
  async #attempt(retry: number): Promise<boolean> {
    if ((retry > 0 || this.#run.looksAgain || this.#isVague()) && !(await this.#lookAtSource(retry))) return false;
    if (!this.#isChecked && !(await this.#isAsPlanned())) return false;
    this.#isChecked = true;
    const offset = await this.#beginning(retry);
    const total = await this.#copy(offset);
    if (total === undefined) return this.#vanished();
    await this.#verify(offset > 0);
    await setAttributes(this.#run, this.#step.path, this.#timeToSet(), this.#modeToSet());
    return true;
  }

  /** Whether the listing tells the time less exactly than a copy should have it. */
  #isVague(): boolean {
    return (this.#source.precision ?? 1) >= vague && this.#keepsTimes();
  }

  /** Sees what is at the source now. @returns false when it is not there, or no file any more. */
  async #lookAtSource(retry: number): Promise<boolean> {
    const { from, signal } = this.#run;
    const { path } = this.#step;
    let now: Entry;
    try {
      // How much comes is seen anyway, unless only a part is to come.
      const known = retry === 0 && this.#run.options.resume !== true ? { knownSize: this.#source.size } : {};
      now = await from.storage.stat(from.at(path), { ...known, signal });
    } catch (error) {
      if (isKind(error, "not-found")) return this.#vanished();
      throw error;
    }
    if (now.kind !== "file") {
      this.#run.note(path, "source-changed", `it is a ${now.kind} by now`);
      return false;
    }
    const stamp = stampOf(now);
    const isSame = isSameContent(this.#source, stamp);
    // A look at one file tells its time better than some listings.
    this.#source = stamp;
    if (isSame) return true;
    this.#changed = true;
    // What an attempt brought belongs to a file that is no more.
    this.#reached = 0;
    if (this.#mode !== undefined && now.mode !== undefined) this.#mode = now.mode & 0o777;
    return true;
  }

  #vanished(): false {
    this.#run.note(this.#step.path, "vanished", "it was gone when it was to be copied");
    return false;
  }

  /** Holds the target against the plan. @returns false when it must be left alone, which is told. */
  async #isAsPlanned(): Promise<boolean> {
    const { to, options, signal, looksAgain } = this.#run;
    const { path, sharesName, to: planned } = this.#step;
    if (!looksAgain && sharesName !== true) return true;
    let now: Entry;
    try {
      now = await to.storage.stat(to.at(path), { signal });
    } catch (error) {
      // What is not there cannot be lost.
      if (isKind(error, "not-found")) return true;
      throw error;
    }
    if (planned === undefined && sharesName === true) {
      this.#run.note(path, "same-name", "the target takes another name of this folder for the same");
      return false;
    }
    if (options.overwriteChanged === true && now.kind === "file") return true;
    if (planned !== undefined && now.kind === "file" && isSameContent(planned, stampOf(now))) return true;
    this.#run.note(path, "target-changed", "it was changed at the target after the plan was made, and is left alone");
    return false;
  }

  /** Octets at the target that are the beginning of this very file. */
  async #beginning(retry: number): Promise<number> {
    const { to, options, signal } = this.#run;
    if (retry === 0 ? options.resume !== true : this.#reached === 0) return 0;
    try {
      const there = await to.storage.stat(to.at(this.#step.path), { uploader, prefersPartial: true, signal });
      const most = retry === 0 ? this.#source.size : Math.min(this.#reached, this.#source.size);
      // Without a mark it may be what was there before; a retry knows what that was.
      const isOurs = there.partial === true || (retry === 0 ? there.size < most : there.size !== this.#step.to?.size);
      return there.kind === "file" && isOurs && there.size <= most ? there.size : 0;
    } catch (error) {
      if (isKind(error, "not-found")) return 0;
      throw error;
    }
  }

  /** @returns Octets of the whole file at the target; undefined when the source's is not there any more. */
  async #copy(offset: number): Promise<number | undefined> {
    const { from, signal } = this.#run;
    let opened;
    try {
      opened = await from.storage.openRead(from.at(this.#step.path), { offset, signal });
    } catch (error) {
      if (isKind(error, "not-found")) return undefined;
      throw error;
    }
    try {
      const target = await this.#openTarget(offset);
      return await this.#fill(target, opened, offset);
    } finally {
      await opened.close();
    }
  }

  #openTarget(offset: number): Promise<WritableFile<Entry>> {
    const { to, signal } = this.#run;
    const { modified } = this.#source;
    const how: OpenWriteOptions = {
      signal,
      uploader,
      expectedSize: Math.max(0, this.#source.size - offset),
      ...(offset > 0 ? { mode: "at", offset } : { mode: "replace" }),
      ...(this.#mode === undefined ? {} : { permissions: this.#mode }),
      ...(modified === undefined || !this.#keepsTimes() ? {} : { modified }),
    };
    return to.storage.openWrite(to.at(this.#step.path), how);
  }

  async #fill(target: WritableFile<Entry>, source: ReadableFile, offset: number): Promise<number> {
    let here = offset;
    const count = (bytes: number): void => {
      here += bytes;
      this.#reached = Math.max(this.#reached, here);
      this.#moved += bytes;
      this.#meter.add(bytes);
      this.#run.moved(bytes);
      this.#tell(here - offset, offset);
    };
    try {
      const moved = await copyContent(source, target, this.#run, count);
      if (source.size !== undefined && moved < source.size) {
        const message = `it ended after ${moved} of ${source.size} octets`;
        throw new FtpTransferError("broken", `Copying ${this.#step.path}`, message);
      }
      await this.#demandWhole(here);
    } catch (error) {
      // Why it broke is what counts.
      await target.abandon().catch(() => undefined);
      throw error;
    }
    const { modified } = await target.commit();
    this.#hasTime = modified === this.#source.modified;
    return here;
  }

  #tell(bytes: number, offset: number): void {
    const event = { type: "progress", step: this.#step, bytes, offset, size: this.#source.size } as const;
    this.#run.options.onEvent?.(measured(event, this.#meter));
  }

  /**
   * Another number of octets came than was told: the file was changed meanwhile, or the rest was lost on the way. Where
   * the copy cannot keep the source's time, another look is taken anyway: the next mirror would see nothing.
   *
   * @throws FtpTransferError `size-mismatch`.
   */
  async #demandWhole(total: number): Promise<void> {
    const keepsTimes = this.#keepsTimes();
    if (total === this.#source.size && keepsTimes) return;
    const now = await this.#peek();
    if (now === undefined) return;
    if (isSameContent(this.#source, now)) {
      if (total !== now.size) throw this.#mismatch(total, `the source has ${now.size}`);
      return;
    }
    // With the time that it had before, or another size, the copy differs for the next mirror.
    if (!keepsTimes && total === now.size) throw this.#mismatch(total, "the source was changed meanwhile");
    this.#changed = true;
  }

  /** What the source has now; undefined for nothing. */
  async #peek(): Promise<MirrorStamp | undefined> {
    const { from, signal } = this.#run;
    try {
      return stampOf(await from.storage.stat(from.at(this.#step.path), { signal }));
    } catch (error) {
      if (isKind(error, "not-found")) return undefined;
      throw error;
    }
  }

  #keepsTimes(): boolean {
    const { can, options, refused } = this.#run;
    return options.preserveTimes !== false && can.times && !refused.has("times");
  }

  #mismatch(total: number, reason: string): FtpTransferError {
    this.#reached = 0;
    return new FtpTransferError("size-mismatch", `Copying ${this.#step.path}`, `${total} octets came, and ${reason}`);
  }

  /**
   * Compares the two files: where that is asked for, or where they were put together of parts and it is cheap.
   *
   * @throws FtpTransferError `hash-mismatch`.
   */
  async #verify(isOfParts: boolean): Promise<void> {
    const { verify } = this.#run.options;
    if (verify === false || (verify !== true && (!isOfParts || this.#run.to.storage.hash === undefined))) return;
    const { from, to, contents, signal } = this.#run;
    const { path } = this.#step;
    const ends = [
      { storage: from.storage, path: from.at(path) },
      { storage: to.storage, path: to.at(path) },
    ] as const;
    const isEqual = verify === true ? contents.isEqual(...ends, signal) : contents.isEqualByHash(...ends, signal);
    if ((await isEqual) !== false) return;
    this.#reached = 0;
    throw new FtpTransferError(
      "hash-mismatch",
      `Copying ${path}`,
      "what is at the target now is not what the source has",
    );
  }

  #timeToSet(): number | undefined {
    return this.#hasTime ? undefined : this.#source.modified;
  }

  /** The mode, where the target's file does not have it from its opening. */
  #modeToSet(): number | undefined {
    return this.#step.setsMode === true ? this.#mode : undefined;
  }
}
