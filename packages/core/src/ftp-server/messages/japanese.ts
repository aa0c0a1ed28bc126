/** Every text in Japanese (RFC 2640 §4). */
import type { Catalogue } from "../../protocol/index.ts";
import { japaneseArguments } from "./japanese-arguments.ts";
import { japaneseReplies } from "./japanese-replies.ts";

export const japanese: Catalogue = { ...japaneseArguments, ...japaneseReplies };
