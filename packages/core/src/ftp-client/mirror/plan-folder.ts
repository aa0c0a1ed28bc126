/** One folder of both ends, compared: what is to be done in it, and which folders are next. */
import type { Entry } from "../../storage/index.ts";
import { judge } from "./comparison.ts";
import { inLanes } from "./lanes.ts";
import type { CopyReason, CopyStep, MirrorStep } from "./mirror-plan.ts";
import { below, isUnsafeName, mirrorDepth, type PlanContext } from "./plan-context.ts";
import { followed, followLink, planLink, type Ancestry } from "./plan-links.ts";
import { planRemoval } from "./plan-removals.ts";
import { stampOf } from "./stamps.ts";
import { TargetNames } from "./target-names.ts";

/** A folder that is to be compared. */
export interface PendingFolder {
  readonly path: string;
  /** Whether the target has it. */
  readonly isThere: boolean;
  readonly depth: number;
  readonly ancestry: Ancestry;
}

/** Compares a folder. What failed in it is in the draft. */
export class FolderPlan {
  readonly #context: PlanContext;
  readonly #folder: PendingFolder;
  readonly #next: PendingFolder[];
  /** Files of equal size whose content decides. */
  readonly #unread: CopyStep[] = [];

  /** @param next - Folders that are found are put here. */
  constructor(context: PlanContext, folder: PendingFolder, next: PendingFolder[]) {
    this.#context = context;
    this.#folder = folder;
    this.#next = next;
  }

  /** @throws What ends the planning. */
  async run(): Promise<void> {
    const context = this.#context;
    const { path, isThere, depth } = this.#folder;
    const [source, target] = await Promise.allSettled([
      context.list(context.from, path),
      isThere ? context.list(context.to, path) : Promise.resolve([]),
    ]);
    if (path === "" && source.status === "rejected") throw source.reason;
    if (path === "" && target.status === "rejected") throw target.reason;
    // Of a folder that cannot be seen whole nothing is known: neither what to copy nor what to remove.
    if (source.status === "rejected") context.failed(path, "source", source.reason);
    if (target.status === "rejected") context.failed(path, "target", target.reason);
    if (source.status === "rejected" || target.status === "rejected") return;
    const names = new TargetNames(context, path, source.value, target.value);
    for (const entry of source.value) await this.#plan(entry, names);
    await inLanes(this.#unread, context.options.parallel ?? defaultParallel, (step) => this.#read(step));
    if (context.options.delete === true) {
      const into = { first: false, into: context.draft.steps };
      for (const entry of names.unclaimed()) await planRemoval(context, path, entry, into, depth + 1);
    }
    const counts = { source: source.value.length, target: target.value.length };
    context.options.onEvent?.({ type: "listed", path, ...counts });
  }

  async #plan(listed: Entry, names: TargetNames): Promise<void> {
    const { draft, options, filter } = this.#context;
    const path = below(this.#folder.path, listed.name);
    // Whatever becomes of it: the source has this name, and the target's is not one too many.
    names.claim(listed.name);
    if (isUnsafeName(listed.name)) return draft.note(path, "unsafe-name", "no file can have this name");
    const entry = await this.#resolved(path, listed);
    if (entry === undefined) return;
    const { kind, size, modified } = entry;
    if (!filter.takes({ path, kind, size, modified })) return;
    if (kind === "other") return draft.note(path, "special", "it is neither file nor folder");
    if (kind === "symlink" && options.links !== "copy") return draft.note(path, "link", "links are left out");
    try {
      const there = await this.#there(path, await names.find(listed.name));
      if (there === "same-name") {
        return draft.note(path, "same-name", "the target takes another name of this folder for the same");
      }
      await this.#compare(path, entry, there, names.isShared(listed.name), entry !== listed);
    } catch (error) {
      this.#context.failed(path, "target", error);
    }
  }

  /** What stands for an entry of the source; undefined for what is left out. */
  async #resolved(path: string, entry: Entry): Promise<Entry | undefined> {
    if (entry.kind !== "symlink" || this.#context.options.links !== "follow") return entry;
    try {
      return await followLink(this.#context, path, entry, this.#folder.ancestry);
    } catch (error) {
      this.#context.failed(path, "source", error);
      return undefined;
    }
  }

  /** What stands at the target, links followed where they are followed at all. */
  async #there(path: string, there: Entry | "same-name" | undefined): Promise<Entry | "same-name" | undefined> {
    const { options, to } = this.#context;
    if (there === undefined || there === "same-name") return there;
    if (there.kind !== "symlink" || options.links !== "follow") return there;
    return (await followed(this.#context, to, path)) ?? there;
  }

  async #compare(
    path: string,
    entry: Entry,
    there: Entry | undefined,
    isShared: boolean,
    isFollowed: boolean,
  ): Promise<void> {
    const isClear = there === undefined || there.kind === entry.kind || (await this.#clear(path, there));
    if (!isClear) return;
    const inPlace = there?.kind === entry.kind ? there : undefined;
    const shared = isShared ? { sharesName: true as const } : {};
    if (entry.kind === "symlink") planLink(this.#context, this.#folder.path, entry, inPlace);
    else if (entry.kind === "directory") this.#planDirectory(path, entry, inPlace, shared, isFollowed);
    else this.#planFile(path, entry, inPlace, shared, there === undefined ? "missing" : "kind");
  }

  /** Plans to remove what has an entry's place and is of another kind. @returns Whether the place is to be free. */
  async #clear(path: string, there: Entry): Promise<boolean> {
    const { draft, options } = this.#context;
    const into: MirrorStep[] = [];
    const plan = { first: true, into };
    const { path: folder, depth } = this.#folder;
    if (options.delete !== true || !(await planRemoval(this.#context, folder, there, plan, depth + 1))) {
      draft.note(path, "in-the-way", `a ${there.kind} of this name is in the way`);
      return false;
    }
    for (const step of into) draft.steps.push(step);
    draft.replaces(path);
    return true;
  }

  #planDirectory(
    path: string,
    entry: Entry,
    there: Entry | undefined,
    shared: { readonly sharesName?: true },
    isFollowed: boolean,
  ): void {
    const { draft } = this.#context;
    const { depth, ancestry } = this.#folder;
    if (depth >= mirrorDepth) {
      this.#context.failed(
        path,
        "source",
        new RangeError(`There are more than ${mirrorDepth} folders within each other`),
      );
      return;
    }
    if (there === undefined) {
      const { modified } = stampOf(entry);
      const time = modified === undefined ? {} : { modified };
      draft.steps.push({ action: "make-directory", path, ...time, ...this.#modeOf(entry), ...shared });
    } else {
      draft.unchanged.directories++;
      this.#planMode(path, entry, there);
    }
    const links = ancestry.links + (isFollowed ? 1 : 0);
    const own = { path, unique: entry.unique, links, above: ancestry };
    this.#next.push({ path, isThere: there !== undefined, depth: depth + 1, ancestry: own });
  }

  #planFile(
    path: string,
    entry: Entry,
    there: Entry | undefined,
    shared: { readonly sharesName?: true },
    missing: CopyReason,
  ): void {
    const { draft, rule } = this.#context;
    const from = stampOf(entry);
    const copy = { action: "copy" as const, path, from, ...this.#modeOf(entry), ...shared };
    if (there === undefined) {
      draft.steps.push({ ...copy, reason: missing });
      return;
    }
    const to = stampOf(there);
    const replacing = { ...copy, to, ...this.#modeOver(entry, there) };
    draft.even.see(to);
    const verdict = judge(from, to, rule);
    switch (verdict) {
      case "unchanged":
        this.#unchanged(path, entry, there);
        return;
      case "cannot-tell":
        draft.note(path, "cannot-tell", "the sizes differ, and the times do not tell which is newer");
        return;
      case "read":
        this.#unread.push({ ...replacing, reason: "content" });
        return;
      default: {
        const step: CopyStep = { ...replacing, reason: verdict };
        if (verdict !== "size" && draft.even.explains(from, to)) draft.copyInDoubt(step);
        else draft.steps.push(step);
      }
    }
  }

  #unchanged(path: string, entry: Entry, there: Entry): void {
    const { unchanged } = this.#context.draft;
    unchanged.files++;
    unchanged.bytes += entry.size;
    this.#planMode(path, entry, there);
  }

  async #read(step: CopyStep): Promise<void> {
    const { from, to, contents, draft, options } = this.#context;
    const { path } = step;
    const ends = [
      { storage: from.storage, path: from.at(path) },
      { storage: to.storage, path: to.at(path) },
    ] as const;
    try {
      const isEqual = await this.#context.retrying(path, () => contents.isEqual(...ends, options.signal));
      if (!isEqual) draft.steps.push(step);
      else {
        draft.unchanged.files++;
        draft.unchanged.bytes += step.from.size;
      }
    } catch (error) {
      this.#context.failed(path, "source", error);
    }
  }

  #modeOf({ mode }: Entry): { readonly mode?: number } {
    return this.#context.carriesModes && mode !== undefined ? { mode: mode & 0o777 } : {};
  }

  /** A file that is replaced passes its mode on. */
  #modeOver({ mode }: Entry, there: Entry): { readonly setsMode?: true } {
    const differs = mode !== undefined && there.mode !== undefined && (mode & 0o777) !== (there.mode & 0o777);
    return this.#context.carriesModes && differs ? { setsMode: true } : {};
  }

  #planMode(path: string, { mode }: Entry, there: Entry): void {
    if (!this.#context.comparesModes || mode === undefined || there.mode === undefined) return;
    if ((mode & 0o777) === (there.mode & 0o777)) return;
    this.#context.draft.steps.push({ action: "set-mode", path, mode: mode & 0o777 });
  }
}

/** Files and folders at once, unless the options say otherwise. */
export const defaultParallel = 4;
