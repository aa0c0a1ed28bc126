/** `twinport completion`: a script that completes commands, flags and bookmarks in a shell. */
import { Argument, Command } from "commander";
import { bashCompletion } from "../specification/completion-bash.ts";
import { fishCompletion } from "../specification/completion-fish.ts";
import { zshCompletion } from "../specification/completion-zsh.ts";
import { specify } from "../specification/specification.ts";

const makers = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

/** Makes the command. */
export function completion(): Command {
  return new Command("completion")
    .summary("print completion for a shell")
    .description("Print a script that completes commands, flags, files and bookmarks in a shell.")
    .addArgument(new Argument("<shell>", "which shell").choices(["bash", "zsh", "fish"]))
    .addHelpText(
      "after",
      `
To have it, put into ~/.bashrc or ~/.zshrc, or ~/.config/fish/config.fish:
  source <(twinport completion bash)
  source <(twinport completion zsh)
  twinport completion fish | source`,
    )
    .action((shell: keyof typeof makers, _options, command: Command) => {
      const { parent } = command;
      if (parent !== null) process.stdout.write(makers[shell](specify(parent)));
    });
}
