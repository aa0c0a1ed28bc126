/** Questions to whoever sits at the terminal. */

/** Asks. Ctrl-C and Ctrl-D are no answer: undefined. */
export interface Asker {
  line(question: string): Promise<string | undefined>;
  /** Without showing what is typed. */
  secret(question: string): Promise<string | undefined>;
}

const answerHelp =
  "y: yes, n: no, a: yes to all that come, p: the same and for later commands too, q: none of those that come";

/**
 * Asks before each of many, until the answer is for all.
 *
 * @param active - Whether to ask at all.
 * @param stopAsking - Called when it shall not be asked by later commands either.
 */
export function confirmer(
  asker: Asker | undefined,
  active: boolean,
  stopAsking: () => void,
  say: (text: string) => void,
): (what: string) => Promise<boolean | "quit"> {
  let asks = active;
  return async (what) => {
    while (asks && asker !== undefined) {
      const answer = (await asker.line(`${what} [ynapq?] `))?.trim().toLowerCase();
      if (answer === undefined || answer.startsWith("q")) return "quit";
      if (answer.startsWith("y")) return true;
      if (answer.startsWith("n")) return false;
      if (answer.startsWith("a") || answer.startsWith("p")) {
        asks = false;
        if (answer.startsWith("p")) stopAsking();
        return true;
      }
      say(answerHelp);
    }
    return true;
  };
}
