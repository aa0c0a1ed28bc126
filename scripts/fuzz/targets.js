// All targets, in the order of their turns.
import { addresses } from "./targets/addresses.js";
import { commandLines } from "./targets/command-lines.js";
import { listings } from "./targets/listings.js";
import { scripts } from "./targets/scripts.js";
import { streams } from "./targets/streams.js";
import { telnet } from "./targets/telnet.js";
import { tftpClient } from "./targets/tftp-client.js";
import { tftpServer } from "./targets/tftp-server.js";
import { tls } from "./targets/tls.js";

export const targets = [commandLines, scripts, telnet, addresses, listings, tftpServer, tftpClient, streams, tls];
