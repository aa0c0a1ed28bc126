/** LANG: the language of replies (RFC 2640 §4). */
import { message, replyCode } from "../../protocol/index.ts";
import { CommandError } from "../command-error.ts";
import type { CommandRow } from "../command-row.ts";
import { loadLanguage } from "../messages/load-language.ts";
import { english, languageTags } from "../session/language.ts";

/** LANG: a regional tag means its language. Without a tag, back to the server's own; the answer is in what was chosen. */
export const lang: CommandRow<string | undefined> = {
  phase: "any",
  feature: ({ language }) => {
    const tags = languageTags.map((tag) => (tag === language.tag ? `${tag}*` : tag));
    return `LANG ${tags.join(";").toUpperCase()}`;
  },
  async handle(session, wanted = english.tag) {
    const primary = wanted.split("-", 1)[0];
    const tag = languageTags.find((known) => known === primary);
    if (tag === undefined) {
      const tags = languageTags.join(", ");
      throw new CommandError(
        "parameter-not-implemented",
        message("Replies are never in {wanted}; they can be in {tags}", { wanted, tags }),
      );
    }
    session.language = await loadLanguage(tag);
    // Each catalogue names its own language here.
    session.reply(replyCode.commandOkay, message("Replies are in English"));
  },
};
