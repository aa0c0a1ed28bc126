/** The same for many files: each asked about, or several at once; failures are told as they come. */
import { SomeFailedError } from "../exit-codes.ts";
import { confirmer } from "./asker.ts";
import { session, type CommandContext } from "./context.ts";
import { wordsFor } from "./interpret.ts";
import { printable } from "../exit-codes.ts";

/** What is done with one of them. */
export type ForOne<T> = (context: CommandContext, item: T) => Promise<void>;

/**
 * Runs for each item: one after the other and after a question where `prompt` is set, else several at once.
 *
 * @param command - The command's name, for the questions.
 * @throws SomeFailedError at the end when any failed; what an interruption throws, at once.
 */
export async function runMany<T>(
  command: string,
  items: readonly T[],
  nameOf: (item: T) => string,
  context: CommandContext,
  run: ForOne<T>,
): Promise<void> {
  const { settings } = context.place;
  const asks = settings.prompt && context.asker !== undefined;
  const work = new Work(items, run);
  if (!asks) {
    await work.together(context, Math.min(settings.parallel, items.length));
  } else {
    const stop = (): void => void (settings.prompt = false);
    const confirm = confirmer(context.asker, true, stop, (text) => context.say(text));
    await work.oneByOne(context, (item) => confirm(`${command} ${printable(nameOf(item))}`));
  }
  const { failures } = work;
  if (failures.length > 0 && items.length > 1)
    throw new SomeFailedError(`${failures.length} of ${items.length} failed`, failures);
  if (failures.length > 0) throw failures[0];
}

class Work<T> {
  readonly failures: unknown[] = [];
  readonly #items: T[];
  readonly #run: ForOne<T>;
  readonly #single: boolean;

  constructor(items: readonly T[], run: ForOne<T>) {
    this.#items = [...items];
    this.#run = run;
    this.#single = items.length === 1;
  }

  async oneByOne(context: CommandContext, confirm: (item: T) => Promise<boolean | "quit">): Promise<void> {
    for (let item = this.#items.shift(); item !== undefined; item = this.#items.shift()) {
      const answer = await confirm(item);
      if (answer === "quit") return;
      if (answer) await this.#one(context, item);
    }
  }

  /** On the session of the shell, and on as many beside it as the server gives. */
  async together(context: CommandContext, parallel: number): Promise<void> {
    const { place, signal } = context;
    const own = this.#drain(context, false);
    const others = Array.from({ length: Math.max(0, parallel - 1) }, () => {
      const state = { begun: false };
      return place.site
        .beside(
          place.settings,
          async (site) => {
            state.begun = true;
            await this.#drain({ ...context, place: { ...place, site } }, true);
          },
          signal,
        )
        .catch((error: unknown) => {
          // A server that gives no session more leaves the work to those that there are.
          if (state.begun) throw error;
        });
    });
    await Promise.all([own, ...others]);
  }

  async #drain(context: CommandContext, beside: boolean): Promise<void> {
    for (let item = this.#items.shift(); item !== undefined; item = this.#items.shift()) {
      // Connected anew where the last one broke the connection; what stands in the way then is the end of all.
      if (!beside) await session(context);
      await this.#one(context, item);
      if (beside && !context.place.site.connected) return;
    }
  }

  async #one(context: CommandContext, item: T): Promise<void> {
    try {
      await this.#run(context, item);
    } catch (error) {
      if (context.signal.aborted) throw error;
      this.failures.push(error);
      if (!this.#single) context.say(wordsFor(error, context));
    }
  }
}
