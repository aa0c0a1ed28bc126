/** Every text in Korean (RFC 2640 §4). */
import type { Catalogue } from "../../protocol/index.ts";
import { koreanArguments } from "./korean-arguments.ts";
import { koreanReplies } from "./korean-replies.ts";

export const korean: Catalogue = { ...koreanArguments, ...koreanReplies };
