"""The command `completion`, which prints what makes a shell complete commands."""

from __future__ import annotations

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

_BASH = """\
%(complete_func)s() {
    local IFS=$'\\n' response completion type value
    response=$(env COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD \\
        %(complete_var)s=bash_complete $1)
    for completion in $response; do
        IFS=',' read -r type value <<< "$completion"
        if [[ $type == plain ]]; then
            COMPREPLY+=("$value")
        elif [[ $type == file ]]; then
            COMPREPLY+=($(compgen -f -- "$value"))
            compopt -o filenames
        elif [[ $type == dir ]]; then
            COMPREPLY+=($(compgen -d -- "$value"))
            compopt -o filenames
        fi
    done
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""


class _Bash(BashComplete):
    """Offers files beside names, where click's own script leaves the names out."""

    source_template = _BASH


_SHELLS: dict[str, type[ShellComplete]] = {
    "bash": _Bash,
    "zsh": ZshComplete,
    "fish": FishComplete,
}


_HELP = """\
Print the script that makes a shell complete nn-tui.

\b
bash: eval "$(nn-tui completion bash)"     in ~/.bashrc
zsh:  eval "$(nn-tui completion zsh)"      in ~/.zshrc, after compinit
fish: nn-tui completion fish | source      in ~/.config/fish/config.fish
"""


@click.command(help=_HELP)
@click.argument("shell", type=click.Choice(tuple(_SHELLS)))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script that makes a shell complete nn-tui."""
    script = _SHELLS[shell](ctx.find_root().command, {}, "nn-tui", "_NN_TUI_COMPLETE")
    click.echo(script.source())
