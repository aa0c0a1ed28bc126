/** A server that does what a test says: replies line by line, with a data port that does what it is told. */
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** What a scripted server does about a command: text to send, or nothing. */
export type Script = (verb: string, argument: string, session: ScriptedSession) => string | undefined;

/** A client's control connection, as the script sees it. */
export interface ScriptedSession {
  readonly control: Socket;
  /** Opens a port whose only connection is handed to `serve`; gives its number. */
  listen(serve: (data: Socket) => void): Promise<number>;
  send(text: string): void;
}

/** What a plain server answers. */
const plain: Readonly<Record<string, string>> = {
  USER: "331 Password\r\n",
  PASS: "230 In\r\n",
  FEAT: "500 What\r\n",
  TYPE: "200 Type\r\n",
  PWD: '257 "/" is where you are\r\n',
  CWD: "250 There\r\n",
  QUIT: "221 Bye\r\n",
  NOOP: "200 Okay\r\n",
};

/**
 * Starts one; gives its port, the commands that came, and the pieces that they came in. A script that gives nothing gets a
 * plain answer.
 */
export async function startScripted(
  script: Script,
  greeting = "220 Ready\r\n",
  host = "127.0.0.1",
): Promise<{ port: number; commands: string[]; chunks: string[] }> {
  const commands: string[] = [];
  const chunks: string[] = [];
  const open: (Server | Socket)[] = [];
  const server = createServer((control) => {
    open.push(control);
    control.on("error", () => undefined);
    control.setNoDelay(true);
    const session: ScriptedSession = {
      control,
      send: (text) => void control.write(text),
      listen: async (serve) => {
        const listener = createServer((data) => {
          open.push(data);
          data.on("error", () => undefined);
          listener.close();
          serve(data);
        });
        open.push(listener);
        listener.listen(0, host);
        await once(listener, "listening");
        const address = listener.address();
        return typeof address === "object" && address !== null ? address.port : 0;
      },
    };
    control.write(greeting);
    let text = "";
    control.setEncoding("utf8").on("data", (chunk: string) => {
      chunks.push(chunk);
      text += chunk;
      for (let end = text.indexOf("\r\n"); end !== -1; end = text.indexOf("\r\n")) {
        const line = text.slice(0, end);
        text = text.slice(end + 2);
        commands.push(line);
        const space = line.indexOf(" ");
        const verb = space === -1 ? line : line.slice(0, space);
        const reply = script(verb, space === -1 ? "" : line.slice(space + 1), session) ?? plain[verb];
        if (reply !== undefined && reply !== "") control.write(reply);
      }
    });
  });
  server.listen(0, host);
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    for (const each of open) {
      if ("destroy" in each) each.destroy();
      else each.close();
    }
  });
  const address = server.address();
  return { port: typeof address === "object" && address !== null ? address.port : 0, commands, chunks };
}

/** Answers EPSV with a port that does `serve`; for use in a script. */
export function passive(session: ScriptedSession, serve: (data: Socket) => void): string {
  void session.listen(serve).then((port) => session.send(`229 Extended (|||${port}|)\r\n`));
  return "";
}
