"""A private PostgreSQL: one cluster, one database owner `ckan`, on loopback, behind a password.

It refuses to run as root; then it runs as an unprivileged user, and its programs and data lie where that user can reach them.
"""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
from pathlib import Path

from portal.local import processes
from portal.local.binaries import PostgresPrograms, postgres_programs
from portal.local.errors import StartError, StateError
from portal.local.processes import Identity, User
from portal.local.services import Service
from portal.local.state import State

NAME = "postgresql"

UNPRIVILEGED = ("postgres", "nobody", "daemon")
"""Users that PostgreSQL may run as for root, in order of preference."""

OUTSIDE = Path("/var/lib")
"""Where the data goes when the unprivileged user cannot reach the portal's folder (a home is 0700)."""

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "60",
    # Waiting for the disk is for data that must outlive a power cut; this is for trying and testing, and faster. What is
    # committed is with the kernel, and outlives any process: synchronous_commit stays on for that.
    "fsync": "off",
    "full_page_writes": "off",
}


def service(folder: Path, environment: Path, memory: State) -> Service:
    """The service, with its cluster made if there is none. Raises StartError, StateError."""
    user = unprivileged() if os.geteuid() == 0 else None
    home = _home(folder, memory, user)
    data = home / "data"
    programs = reachable_programs(environment, home, data, user)
    if not (data / "PG_VERSION").exists():
        _initialise(programs, home, data, user, memory.secret(NAME))
        memory.prepared = memory.indexed = None
    settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    return Service(
        name=NAME,
        title="PostgreSQL",
        folder=data,
        command=lambda port: [str(programs.postgres), "-D", str(data), "-p", str(port), *settings],
        answers=lambda port, identity: _ready(data, identity),
        log=folder / "log" / "postgresql.log",
        environment=_environment(home),
        user=user,
        prepare=lambda port: _unlock(data),
        stop_signal=signal.SIGINT,
    )


def url(memory: State) -> str:
    """The SQLAlchemy URL of CKAN's database."""
    return f"postgresql://ckan:{memory.secret(NAME)}@127.0.0.1:{memory.ports[NAME]}/ckan"


def unprivileged() -> User:
    """Whom PostgreSQL runs as where this is root. Raises StartError where there is nobody."""
    for name in UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return User(name, entry.pw_uid, entry.pw_gid)
    raise StartError("PostgreSQL does not run as root, and there is no user `nobody`; run this as an ordinary user.")


def reachable(path: Path, user: User | None) -> bool:
    """Whether a user may pass through every folder down to `path` (by their mode bits)."""
    if user is None:
        return True
    for folder in (path, *path.parents):
        if not folder.exists():
            continue
        about = folder.stat()
        own = about.st_uid == user.uid and about.st_mode & stat.S_IXUSR
        group = about.st_gid == user.gid and about.st_mode & stat.S_IXGRP
        if not (own or group or about.st_mode & stat.S_IXOTH):
            return False
    return True


def _home(folder: Path, memory: State, user: User | None) -> Path:
    """The private folder for the data, owned by whom PostgreSQL runs as."""
    if memory.postgresql_home is not None and Path(memory.postgresql_home).is_dir():
        home = Path(memory.postgresql_home)
        if user is None or home.stat().st_uid == user.uid:
            return home
        raise StateError(f"{home} belongs to another user than PostgreSQL would run as; start the portal as its owner.")
    home = folder / NAME
    if (home / "data").exists():
        raise StateError(f"{home} holds a database that this portal does not remember; move it away and start again.")
    if reachable(folder, user):
        home.mkdir(mode=0o700, exist_ok=True)  # a start that failed may have left it empty
    else:
        home = Path(tempfile.mkdtemp(prefix="portal-postgresql-", dir=OUTSIDE))
    if user is not None:
        os.chown(home, user.uid, user.gid)
    memory.postgresql_home = str(home)
    return home


def reachable_programs(environment: Path, home: Path, data: Path, user: User | None) -> PostgresPrograms:
    """Programs that fit the data, if there are any yet, and that the user can reach, copied to `home` where need be. Raises
    StateError and StartError."""
    version = data / "PG_VERSION"
    wanted = int(version.read_text()) if version.exists() else None
    fitting = [p for p in postgres_programs(environment) if wanted in (None, p.major)]
    if not fitting:
        raise StateError(
            f"{data} was made by PostgreSQL {wanted}, which is not installed any more; install it, or move the folder away."
        )
    for programs in fitting:
        if reachable(programs.folder, user):
            return programs
    programs = fitting[0]
    # The wheel's programs find their libraries by relative path: everything unpacked goes along.
    root = environment / "programs" / "postgresql"
    if not programs.folder.is_relative_to(root):
        raise StartError(f"PostgreSQL's programs in {programs.folder} cannot be reached by an unprivileged user.")
    copy = home / "programs"
    if not copy.exists():
        half = home / "programs.half"
        shutil.rmtree(half, ignore_errors=True)
        shutil.copytree(root, half, symlinks=True)
        half.rename(copy)
    return PostgresPrograms(copy / programs.folder.relative_to(root), programs.major)


def _initialise(programs: PostgresPrograms, home: Path, data: Path, user: User | None, password: str) -> None:
    """Make the cluster, whole or not at all. Raises StartError."""
    half, file = home / "data.half", home / "password"
    shutil.rmtree(half, ignore_errors=True)
    shutil.rmtree(data, ignore_errors=True)
    file.touch(mode=0o600)
    if user is not None:
        os.chown(file, user.uid, user.gid)
    file.write_text(password)
    try:
        done = subprocess.run(
            [
                *(str(programs.initdb), "-D", str(half), "-U", "ckan", "-E", "UTF8", "--locale=C.UTF-8"),
                *("--auth=scram-sha-256", f"--pwfile={file}", "--no-sync", "--no-instructions"),
            ],
            cwd=home,
            env=_environment(home),
            capture_output=True,
            text=True,
            check=False,
            user=None if user is None else user.uid,
            group=None if user is None else user.gid,
            extra_groups=None if user is None else [],
        )
    finally:
        file.unlink()
    if done.returncode != 0:
        raise StartError(f"PostgreSQL's initdb failed: {(done.stdout + done.stderr).strip()[-1000:]}")
    half.rename(data)


def _environment(home: Path) -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "HOME": str(home), "LC_ALL": "C.UTF-8"}


def _ready(data: Path, identity: Identity) -> bool:
    """Whether the server takes connections: it says so in line 8 of its postmaster.pid, whose line 1 is its number."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) >= 8 and lines[0] == str(identity.pid) and lines[7].strip() == "ready"


def _unlock(data: Path) -> None:
    """Remove a postmaster.pid whose server is gone: its number may by now be a zombie's or, after a reboot, anybody's.

    PostgreSQL asks only whether there is such a process, and would not start.
    """
    file = data / "postmaster.pid"
    try:
        number = int(file.read_text().splitlines()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return
    if processes.identify(number) is None or not processes.works_in(number, data):
        file.unlink()
