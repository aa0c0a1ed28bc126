/**
 * Names of a folder at the target, as the target tells them apart: some take `Readme` and `README` for one, or two ways to
 * write an `é`. What it does is asked only where it matters.
 */
import type { Entry } from "../../storage/index.ts";
import { followed } from "./plan-links.ts";
import { below, type PlanContext } from "./plan-context.ts";

/** What a file system that ignores case and composition compares. */
function folded(name: string): string {
  return name.normalize("NFC").toLowerCase();
}

/** The entries of a folder at the target. */
export class TargetNames {
  readonly #context: PlanContext;
  readonly #folder: string;
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #claimed = new Set<string>();
  readonly #source = new Map<string, number>();
  #alike: Map<string, string[]> | undefined;

  constructor(context: PlanContext, folder: string, source: readonly Entry[], target: readonly Entry[]) {
    this.#context = context;
    this.#folder = folder;
    this.#entries = new Map(target.map((entry) => [entry.name, entry]));
    for (const { name } of source) {
      const key = folded(name);
      this.#source.set(key, (this.#source.get(key) ?? 0) + 1);
    }
  }

  /** The source has this name: what the target has under it is not one too many. */
  claim(name: string): void {
    this.#claimed.add(name);
  }

  /** Whether another name of the source differs in case or composition only. */
  isShared(name: string): boolean {
    return (this.#source.get(folded(name)) ?? 0) > 1;
  }

  /**
   * The target's entry of a name.
   *
   * @returns `same-name` where the target takes it for the name of another file of the source.
   * @throws StorageError.
   */
  async find(name: string): Promise<Entry | "same-name" | undefined> {
    const exact = this.#entries.get(name);
    if (exact !== undefined) return exact;
    const [alike] = this.#namesLike(name);
    if (alike === undefined) return undefined;
    if ((await followed(this.#context, this.#context.to, below(this.#folder, name))) === undefined) return undefined;
    if (this.isShared(name)) return "same-name";
    this.claim(alike);
    return this.#entries.get(alike);
  }

  /** Entries that the source does not have. */
  unclaimed(): readonly Entry[] {
    return [...this.#entries.values()].filter(({ name }) => !this.#claimed.has(name));
  }

  #namesLike(name: string): readonly string[] {
    if (this.#alike === undefined) {
      this.#alike = new Map();
      for (const known of this.#entries.keys()) {
        const key = folded(known);
        this.#alike.set(key, [...(this.#alike.get(key) ?? []), known]);
      }
    }
    return this.#alike.get(folded(name)) ?? [];
  }
}
