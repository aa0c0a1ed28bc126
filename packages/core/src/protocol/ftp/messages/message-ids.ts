/**
 * Every text that the server says, in English: the ids of the messages, which the catalogues of other languages translate.
 * The code is typed by them, and reads none of them as it runs.
 */
import { accessMessages } from "./access-messages.ts";
import { argumentMessages } from "./argument-messages.ts";
import { dataFormatMessages } from "./data-format-messages.ts";
import { fileMessages } from "./file-messages.ts";
import { informationMessages } from "./information-messages.ts";
import { storageMessages } from "./storage-messages.ts";
import { summaryMessages } from "./summary-messages.ts";
import { transferMessages } from "./transfer-messages.ts";

/** What HELP says, and what is said of arguments and of data. */
export type ArgumentMessageId = (typeof summaryMessages | typeof argumentMessages | typeof dataFormatMessages)[number];

/** What is said of everything else. */
export type ReplyMessageId = (
  | typeof storageMessages
  | typeof accessMessages
  | typeof transferMessages
  | typeof informationMessages
  | typeof fileMessages
)[number];

/** Every id. */
export const messageIds: readonly (ArgumentMessageId | ReplyMessageId)[] = [
  ...summaryMessages,
  ...argumentMessages,
  ...dataFormatMessages,
  ...storageMessages,
  ...accessMessages,
  ...transferMessages,
  ...informationMessages,
  ...fileMessages,
];
