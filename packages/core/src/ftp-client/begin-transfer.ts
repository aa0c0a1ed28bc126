/** Begins transfers in their format: between telling it and the verb nothing comes that might tell another. */
import { keepsConnection } from "../protocol/index.ts";
import type { ClientContext } from "./client-context.ts";
import type { ResolvedFormat } from "./format-options.ts";
import { setFormat } from "./parameters.ts";
import { Transfer, type TransferRequest } from "./transfer.ts";

/** As `Transfer.begin`, once the server has the format. @throws FtpReplyError when it has not got it. */
export async function beginTransfer(
  context: ClientContext,
  { format, options }: ResolvedFormat,
  request: Omit<TransferRequest, "keepsConnection" | "noopEvery">,
): Promise<Transfer> {
  await setFormat(context, format, options);
  // A NetX Duo server goes back to stream mode after each transfer.
  if (format.mode === "B" && options.blocks === "netx") context.known.mode = undefined;
  return Transfer.begin(context.control, context.data, {
    ...request,
    keepsConnection: keepsConnection(format, options),
    noopEvery: context.options.keepAlive.noop,
  });
}
