"""Over a real SSH link that is cut in the middle."""

import getpass
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.saved.library import Library
from tests.e2e.saved import check_exact, last, until
from tests.terminal import PROGRAM, Terminal, is_running

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
pytestmark = pytest.mark.skipif(
    None in (SSHD, shutil.which("ssh"), shutil.which("ssh-keygen")),
    reason="there is no sshd or no ssh on this machine",
)


@pytest.fixture
def link(tmp_path: Path, state: Library) -> Iterator[list[str]]:
    """The arguments for ssh that run a command on the other side of a link to a server here."""
    folder = tmp_path / "ssh"
    folder.mkdir(mode=0o700)
    for key in ("host", "client"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / key)], check=True
        )
    if os.geteuid() == 0:
        # Where sshd, as root, wants to be at home.
        Path("/run/sshd").mkdir(exist_ok=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (folder / "config").write_text(
        f"ListenAddress 127.0.0.1\nPort {port}\nHostKey {folder / 'host'}\nPidFile none\n"
        f"AuthorizedKeysFile {folder / 'client.pub'}\nStrictModes no\nUsePAM no\n"
        "PasswordAuthentication no\nKbdInteractiveAuthentication no\n"
        "PermitRootLogin prohibit-password\nPrintMotd no\nPrintLastLog no\n"
    )
    assert SSHD is not None
    log = folder / "log"
    server = subprocess.Popen([SSHD, "-D", "-f", str(folder / "config"), "-E", str(log)])

    def answers() -> bool:
        assert server.poll() is None, log.read_text()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    try:
        until(answers)
        yield [
            *("-tt", "-q", "-F", "none", "-p", str(port), "-i", str(folder / "client")),
            *("-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=no"),
            *("-o", "UserKnownHostsFile=/dev/null", f"{getpass.getuser()}@127.0.0.1"),
            f"XDG_STATE_HOME={tmp_path}",
            # Of these the last digits depend.
            *(f"{name}={value}" for name, value in os.environ.items() if "BLAS_" in name),
        ]
    finally:
        server.terminate()
        server.wait()


@pytest.mark.slow
def test_a_dropped_link_loses_nothing(link: list[str], state: Library) -> None:
    command = [*link, str(PROGRAM), "or", "--iterations", "1000000000"]
    with Terminal(*command, program="ssh") as terminal:
        terminal.wait_for(lambda: "paused" in terminal.text)
        terminal.press(" ")
        terminal.wait_for(lambda: (terminal.iteration or 0) > 20_000)
        until(lambda: state.entries() and last(state).holder)
        holder = last(state).holder
        assert holder is not None
        shown = terminal.iteration or 0
        terminal.kill(signal.SIGKILL)
        until(lambda: not is_running(holder.pid))
    saved = last(state).saved
    assert saved is not None
    assert saved.ended == "SIGHUP"
    assert saved.computed >= shown
    with Terminal(*command, program="ssh") as terminal:
        terminal.wait_for(lambda: "[R]esume" in terminal.text)
        for words in (f"Resume or.csv at iteration {saved.iteration:,}", "when the link dropped"):
            terminal.wait_for(lambda words=words: words in " ".join(terminal.text.split()))
        terminal.press("r")
        terminal.wait_for(lambda: terminal.iteration == saved.iteration)
        terminal.press(" ")
        terminal.wait_for(lambda: (terminal.iteration or 0) > saved.iteration)
        terminal.press("q")
        terminal.wait_for_end()
    assert check_exact(state) > saved.computed
