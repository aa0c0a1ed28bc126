/** What planning a folder needs. */
import { resolveVirtualPath, rootPath, type Entry, type Storage, type VirtualPath } from "../../storage/index.ts";
import { withRetries } from "../retry/retry.ts";
import type { ComparisonRule } from "./comparison.ts";
import { ContentComparison } from "./content-comparison.ts";
import { demandGoing, isPassing, messageOf, MirrorError } from "./mirror-error.ts";
import type { MirrorPlanOptions } from "./mirror-options.ts";
import { makeFilter, type NameFilter } from "./name-filter.ts";
import { PlanDraft } from "./plan-draft.ts";
import type { TargetAbilities } from "./target-abilities.ts";

/** One end of a mirror. */
export class MirrorEnd {
  readonly storage: Storage;
  readonly root: VirtualPath;

  constructor(storage: Storage, root: string | undefined) {
    this.storage = storage;
    this.root = resolveVirtualPath(rootPath, root ?? "/");
  }

  /** The path of something in the tree. @throws StorageError `name-not-allowed` where it is too long. */
  at(path: string): VirtualPath {
    return path === "" ? this.root : resolveVirtualPath(this.root, path);
  }
}

/** Folders within folders that are gone down at most. */
export const mirrorDepth = 256;
const defaultMaxEntries = 10_000_000;

/** The two ends, the options, and the plan so far. */
export class PlanContext {
  readonly from: MirrorEnd;
  readonly to: MirrorEnd;
  readonly options: MirrorPlanOptions;
  readonly filter: NameFilter;
  readonly rule: ComparisonRule;
  readonly draft: PlanDraft;
  readonly contents: ContentComparison = new ContentComparison();
  /** Whether modes are handed on. */
  readonly carriesModes: boolean;
  /** Whether they are compared too: a target that may not set them would be asked in vain each time. */
  readonly comparesModes: boolean;
  readonly makesLinks: boolean;
  #entries = 0;

  constructor(from: Storage, to: Storage, options: MirrorPlanOptions, can: TargetAbilities) {
    this.from = new MirrorEnd(from, options.fromPath);
    this.to = new MirrorEnd(to, options.toPath);
    this.options = options;
    this.filter = makeFilter(options);
    this.rule = {
      compare: options.compare ?? "changed",
      keepsTimes: options.preserveTimes !== false && can.times,
      tolerance: options.timeTolerance ?? 0,
    };
    this.carriesModes = options.preserveModes !== false && to.changeMode !== undefined;
    this.comparesModes = this.carriesModes && can.modes;
    this.makesLinks = can.links;
    this.draft = new PlanDraft(options.onEvent);
  }

  /** Looks at something, as often as the policy says. */
  retrying<T>(path: string, run: (signal: { readonly signal?: AbortSignal }) => Promise<T>): Promise<T> {
    const { retry, signal, onEvent } = this.options;
    const policy = {
      retryable: isPassing,
      ...retry,
      onRetry: (event: { readonly retry: number; readonly delay: number; readonly error: unknown }): void => {
        retry?.onRetry?.(event);
        onEvent?.({ type: "retry", path, ...event });
      },
    };
    return withRetries(() => run(signal === undefined ? {} : { signal }), policy, signal);
  }

  /** The entries of a folder. @throws StorageError; MirrorError where there are too many in all. */
  list(end: MirrorEnd, path: string): Promise<Entry[]> {
    // What the source does not list is removed.
    const mustBeSure = end === this.from && this.options.delete === true;
    return this.retrying(path, async (options) => {
      const found: Entry[] = [];
      for await (const batch of end.storage.list(end.at(path), mustBeSure ? { ...options, mustBeSure } : options)) {
        this.#count(batch.length);
        for (const entry of batch) found.push(entry);
      }
      return found;
    });
  }

  /** Tells of what could not be looked at. @throws The error, where it ends the planning. */
  failed(path: string, end: "source" | "target", error: unknown): void {
    const { signal, onError } = this.options;
    demandGoing(signal);
    if (onError === "stop" || error instanceof MirrorError) throw error;
    this.draft.fail(path, end, messageOf(error), error);
  }

  #count(more: number): void {
    this.#entries += more;
    const most = this.options.maxEntries ?? defaultMaxEntries;
    if (this.#entries > most) throw new MirrorError("too-large", "Planning", `there are more than ${most} entries`);
  }
}

/** A path below another one. */
export function below(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}

/** Why a name must not be used in a path; undefined when it may. */
export function isUnsafeName(name: string): boolean {
  return name === "" || name === "." || name === ".." || /[/\0\r\n]/.test(name);
}
