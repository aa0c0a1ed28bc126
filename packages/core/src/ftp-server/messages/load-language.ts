/** The catalogues, each read when a session first asks for it: sessions in English need none. */
import { english, type Language, type LanguageTag } from "../session/language.ts";

/** A language, with its catalogue. */
export async function loadLanguage(tag: LanguageTag): Promise<Language> {
  switch (tag) {
    case "en":
      return english;
    case "es":
      return { tag, catalogue: (await import("./spanish.ts")).spanish };
    case "ja":
      return { tag, catalogue: (await import("./japanese.ts")).japanese };
    case "ko":
      return { tag, catalogue: (await import("./korean.ts")).korean };
    case "sv":
      return { tag, catalogue: (await import("./swedish.ts")).swedish };
  }
}
