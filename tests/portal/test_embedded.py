"""The embedded services on machines that are not kind: every case once failed somewhere."""

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from portal.embedded import AlreadyRunningError, EmbeddedError, Lease, addresses, hold, lease
from portal.env import BASE_DIR

pytestmark = pytest.mark.services
ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root can change accounts")
HOLDER = """
import sys
from pathlib import Path
from portal import embedded
with embedded.hold(Path(sys.argv[1]), label="holder"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def base() -> Iterator[Path]:
    """A directory that other accounts may enter, as /srv and /home are (tmp_path is closed)."""
    folder = Path(tempfile.mkdtemp(prefix="govshare-embedded-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)
    shutil.rmtree(addresses(folder / "var").socket_dir, ignore_errors=True)  # of a killed keeper


@pytest.fixture(scope="module")
def template() -> Iterator[Path]:
    """A data directory after its first start; copying it is quicker than making another."""
    folder = Path(tempfile.mkdtemp(prefix="govshare-embedded-"))
    folder.chmod(0o755)
    with hold(folder / "var", label="test"):
        pass
    yield folder / "var"
    shutil.rmtree(folder)


@pytest.fixture
def var(base: Path, template: Path) -> Path:
    """A data directory that has been used before."""
    return Path(shutil.copytree(template, base / "var"))


def remember(var: Path) -> tuple[int, int]:
    """Write one more row and one more count; return how many there are."""
    place = addresses(var)
    with psycopg.connect(place.database_url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS memory (word text)")
        connection.execute("INSERT INTO memory VALUES ('记住')")
        (rows,) = connection.execute("SELECT count(*) FROM memory").fetchone()
    with redis.Redis.from_url(place.redis_url) as client:
        return rows, client.incr("memory")


def started_at(var: Path) -> str:
    with psycopg.connect(addresses(var).database_url) as connection:
        return str(connection.execute("SELECT pg_postmaster_start_time()").fetchone()[0])


def postmaster(var: Path) -> int:
    return int((var / "services/postgres/postmaster.pid").read_text().split()[0])


def keeper() -> int:
    return lease._keepers[-1].pid


def wait_until(condition: Callable[[], bool], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def lock_is_free(var: Path) -> bool:
    """No process is left that has inherited the lock of the data directory."""
    with (var / "services.lock").open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def everything_has_gone(var: Path) -> bool:
    return lock_is_free(var) and not addresses(var).socket_dir.exists()


@pytest.mark.parametrize(
    "name", ["plain", "with space 中文", "long-" + "长" * 40], ids=["plain", "chinese", "long"]
)
def test_data_survive_a_restart_wherever_they_lie(base: Path, name: str) -> None:
    var = base / name / "var"
    with hold(var, label="test"):
        assert remember(var) == (1, 1)
    assert everything_has_gone(var)
    with hold(var, label="test"):
        assert remember(var) == (2, 2)


def test_environment_of_the_caller_does_not_reach_the_servers(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "LANG": "zh_CN.UTF-8",  # a locale that this machine need not have
        "LC_ALL": "xx_XX.UTF-8",
        "PGDATA": "/nonexistent",
        "PGOPTIONS": "-c nonsense=1",
        "PGPORT": "1",
        "TMPDIR": "/nonexistent",
    }.items():
        monkeypatch.setenv(name, value)
    var = base / "var"
    with hold(var, label="test"):
        monkeypatch.delenv("PGOPTIONS")
        with psycopg.connect(addresses(var).database_url) as connection:
            row = connection.execute("SELECT lower('ÄÖ'), upper('é'), length('数据')").fetchone()
            assert row == ("äö", "É", 2)
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_two_checkouts_side_by_side(var: Path, base: Path) -> None:
    other = Path(shutil.copytree(var, base / "other"))
    with hold(var, label="test"), hold(other, label="test"):
        assert remember(var) == (1, 1)
        assert remember(var) == (2, 2)
        assert remember(other) == (1, 1)


def test_holders_share_the_services_until_the_last_one_goes(var: Path) -> None:
    first = hold(var, label="first")
    since = started_at(var)
    second = hold(var, label="second")
    first.close()
    assert started_at(var) == since
    second.close()
    assert everything_has_gone(var)


def test_services_start_as_they_are_needed(base: Path) -> None:
    var = base / "var"
    with hold(var, label="broker only", needs=["valkey"]):
        assert not (var / "services/postgres").exists()
        with hold(var, label="both"):
            assert remember(var) == (1, 1)


def test_second_exclusive_holder_is_told_about_the_first(var: Path) -> None:
    with hold(var, label="run", exclusive=True, note="http://127.0.0.1:8000/"):
        with pytest.raises(AlreadyRunningError, match="run is already running") as caught:
            hold(var, label="run", exclusive=True)
        assert caught.value.process == os.getpid()
        assert caught.value.note == "http://127.0.0.1:8000/"
        with hold(var, label="command"):  # anybody else may join
            assert remember(var) == (1, 1)


def test_killed_holder_leaves_nothing_behind(var: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(var)],
        cwd=BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with holder:
        assert holder.stdout.readline() == b"held\n"
        assert not everything_has_gone(var)
        holder.kill()
    wait_until(lambda: everything_has_gone(var))


def test_killed_keeper_takes_the_servers_along_and_the_next_starts_at_once(var: Path) -> None:
    first = hold(var, label="test")
    remember(var)
    assert not first.is_lost()
    os.kill(keeper(), signal.SIGKILL)
    with hold(var, label="test"):  # at once: the servers are still on their way down
        assert first.is_lost()
        first.close()
        rows, _count = remember(var)  # Valkey may lose its last second
        assert rows == 2
    assert everything_has_gone(var)


def test_server_that_is_slow_to_stop_is_waited_for(var: Path) -> None:
    taken = hold(var, label="test", needs=["valkey"])
    with redis.Redis.from_url(addresses(var).redis_url) as client:
        server = client.info("server")["process_id"]
    os.kill(server, signal.SIGSTOP)
    try:
        os.kill(keeper(), signal.SIGKILL)
        wait_until(taken.is_lost)
        taken.close()
        assert not lock_is_free(var)
    finally:
        os.kill(server, signal.SIGCONT)
    wait_until(lambda: lock_is_free(var))


def test_killed_postmaster_is_started_again(var: Path) -> None:
    with hold(var, label="test"):
        remember(var)
        killed = postmaster(var)
        os.kill(killed, signal.SIGKILL)

        def recovered() -> bool:
            with contextlib.suppress(psycopg.OperationalError):
                return remember(var)[0] >= 2
            return False

        wait_until(recovered, 30)
        assert postmaster(var) != killed


def test_left_over_lock_file_that_names_a_foreign_process(var: Path) -> None:
    with hold(var, label="test"):
        remember(var)
        lock_file = var / "services/postgres/postmaster.pid"
        lines = lock_file.read_text().splitlines()
    account = (
        lock_file.parent.stat().st_uid
    )  # only a process of the same account can be mistaken for it
    with subprocess.Popen(["sleep", "60"], user=account if os.geteuid() == 0 else None) as stranger:
        lock_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        with hold(var, label="test"):
            assert remember(var)[0] == 2
        assert stranger.poll() is None
        stranger.kill()


@pytest.mark.parametrize("text", ["", "nonsense\n"], ids=["empty", "nonsense"])
def test_truncated_lock_file_is_named(var: Path, text: str) -> None:
    with hold(var, label="test"):
        remember(var)
    lock_file = var / "services/postgres/postmaster.pid"
    lock_file.write_text(text)
    shutil.chown(lock_file, (var / "services/postgres").stat().st_uid)
    with pytest.raises(EmbeddedError, match=r"lock file .*postmaster\.pid"):
        hold(var, label="test")
    wait_until(lambda: everything_has_gone(var))


def test_interrupted_first_start_is_repeated(base: Path) -> None:
    var = base / "var"
    half = var / "services/postgres.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with hold(var, label="test"):
        assert remember(var) == (1, 1)


def test_data_of_another_version_are_left_alone(base: Path) -> None:
    var = base / "var"
    old = var / "services/postgres"
    old.mkdir(parents=True)
    (old / "PG_VERSION").write_text("17\n")
    with pytest.raises(EmbeddedError, match="written by PostgreSQL 17"):
        hold(var, label="test")
    assert (old / "PG_VERSION").read_text() == "17\n"


def test_taken_socket_directory_is_refused(base: Path) -> None:
    var = base / "var"
    target = base / "trap"
    target.mkdir()
    trap = addresses(var).socket_dir
    trap.symlink_to(target)
    try:
        with pytest.raises(EmbeddedError, match="belongs to somebody else"):
            hold(var, label="test")
        assert not list(target.iterdir())
    finally:
        trap.unlink()


def test_sockets_are_private(var: Path) -> None:
    with hold(var, label="test"):
        place = addresses(var)
        assert place.socket_dir.stat().st_mode & 0o777 == 0o700
        assert (var / "services/postgres").stat().st_mode & 0o777 == 0o700


def test_throw_away_data_vanish(base: Path) -> None:
    folder = base / "once"
    with hold(folder / "var", label="test", discard=folder):
        assert remember(folder / "var") == (1, 1)
        with psycopg.connect(addresses(folder / "var").database_url) as connection:
            assert connection.execute("SHOW fsync").fetchone() == ("off",)
    assert not folder.exists()


@ROOT_ONLY
def test_root_in_a_closed_directory_changes_no_permission(base: Path) -> None:
    closed = base / "closed"
    closed.mkdir(mode=0o700)
    with hold(closed / "var", label="test"):
        assert remember(closed / "var") == (1, 1)
    assert closed.stat().st_mode & 0o777 == 0o700
    assert everything_has_gone(closed / "var")
    closed.chmod(0o755)  # from now on the account `nobody` can enter: the data move to it
    with hold(closed / "var", label="test"):
        assert remember(closed / "var") == (2, 2)


@ROOT_ONLY
def test_killed_keeper_takes_the_servers_along_in_a_namespace_too(base: Path) -> None:
    base.chmod(0o700)
    first = hold(base / "var", label="test")
    os.kill(keeper(), signal.SIGKILL)
    with hold(base / "var", label="test"):
        assert remember(base / "var") == (1, 1)
    first.close()


@ROOT_ONLY
def test_ordinary_user(base: Path) -> None:
    """In a user namespace this process is not root any more, as on a clerk's machine."""
    command = ["unshare", "--user", "--map-user=1", sys.executable, "-c", HOLDER, str(base / "var")]
    with subprocess.Popen(
        command, cwd=BASE_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout.readline() == b"held\n"
        assert remember(base / "var") == (1, 1)
        holder.stdin.close()
        assert holder.wait(20) == 0
    assert everything_has_gone(base / "var")


def test_lease_may_be_closed_twice(base: Path) -> None:
    taken: Lease = hold(base / "var", label="test", needs=["valkey"])
    taken.close()
    taken.close()
    assert not taken.is_lost()
