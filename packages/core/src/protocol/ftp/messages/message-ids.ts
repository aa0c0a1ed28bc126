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

/** Every id. */
export const messageIds = [
  ...summaryMessages,
  ...argumentMessages,
  ...dataFormatMessages,
  ...storageMessages,
  ...accessMessages,
  ...transferMessages,
  ...informationMessages,
  ...fileMessages,
] as const;
