"""What a student's process cannot do, by features of the Linux kernel that need no privilege.

Two processes are protected, one inside the other:

- the guard enters namespaces of its own (`isolate`), in which the student's process is then born
  as the first process, with no other in sight, no network, and a small file system of its own;
- the student's process gives up everything else (`confine`): capabilities, memory, files (Landlock)
  and calls to the kernel (seccomp).

Each protection is tried by itself, and what came of it is told.
`protections` tries them all in a process that then ends.

Sources: user_namespaces(7), landlock(7), seccomp(2), capabilities(7), setrlimit(2), madvise(2).
"""

import contextlib
import ctypes
import functools
import json
import os
import platform
import struct
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from . import command, syscalls

if sys.platform != "win32":  # there this module can be imported, and says what is missing
    import resource

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER = 0x20000, 0x8000000, 0x10000000
CLONE_NEWPID, CLONE_NEWNET = 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REC, MS_PRIVATE = 0x4000, 0x40000
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP = 1, 4, 22
PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 24, 38, 47
PR_CAP_AMBIENT_CLEAR_ALL, SECCOMP_MODE_FILTER = 4, 2
CAPABILITY_VERSION = 0x20080522
LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446
MADV_COLLAPSE, LARGE_PAGE = 25, 2 * 2**20
WRITE_FILE, READ_FILE, READ_DIR, TRUNCATE = 1 << 1, 1 << 2, 1 << 3, 1 << 14

SCRATCH_PLACES = ("/dev/shm", "/mnt", "/srv", "/media", "/tmp")
SYSTEM_FILES = (
    "/dev/urandom",
    "/dev/zero",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/sys/devices/system/cpu",
    "/sys/devices/system/node",
    "/usr/lib/locale",
    "/usr/share/fonts",
    "/usr/share/zoneinfo",
)
LINUX = (
    "Student code can only be contained on Linux. "
    "On Windows, grade in WSL 2; on macOS, in a Linux virtual machine."
)
REMEDIES = {
    "namespaces": (
        "In a container, start it with `--security-opt seccomp=unconfined`. "
        "On Ubuntu, `sysctl kernel.apparmor_restrict_unprivileged_userns=0`. "
        "On Debian before 11, `sysctl kernel.unprivileged_userns_clone=1`."
    ),
    "files": "It needs Linux 5.13 with `landlock` among the modules of the boot option `lsm=`.",
    "calls": "It needs an x86_64 or aarch64 machine and a kernel with seccomp filters.",
}
REMEDIES["scratch folder"] = REMEDIES["namespaces"]


@dataclass(frozen=True)
class Protection:
    """One protection: whether this machine gives it, and the reason or the detail."""

    name: str
    available: bool
    reason: str


@dataclass(frozen=True)
class Policy:
    """What a student's process may use.

    `readable` are the files and folders that it may read, but for the folders `hidden`, which are
    empty for it. `scratch` is the folder over which its own file system is mounted.
    """

    readable: tuple[str, ...]
    hidden: tuple[str, ...]
    scratch: str
    memory_bytes: int
    scratch_bytes: int
    cpu_seconds: int


def policy(
    hidden: Iterable[Path], also: Iterable[Path], memory: int, scratch: int, seconds: int
) -> Policy:
    """The policy that makes this Python installation readable, less `hidden`, and `also`.

    What is imported and mapped in this process now counts as part of the installation.
    """
    paths = {path.resolve() for path in (*_installation(), *also, *map(Path, SYSTEM_FILES))}
    # a folder stands for all in it
    readable = [path for path in paths if path.exists() and paths.isdisjoint(path.parents)]
    secret = {path.resolve() for path in hidden if path.is_dir()}
    places = [Path(place) for place in SCRATCH_PLACES if Path(place).is_dir()]
    # what is mounted there hides what was there
    free = [p for p in places if not any(path.is_relative_to(p.resolve()) for path in readable)]
    return Policy(
        tuple(sorted(map(str, readable))),
        tuple(sorted(map(str, secret))),
        str(free[0]),
        memory,
        scratch,
        seconds,
    )


def _installation() -> Iterator[Path]:
    """The folders of Python's library, of installed packages and of loaded shared libraries."""
    for name in ("stdlib", "platstdlib", "purelib", "platlib"):
        yield Path(sysconfig.get_path(name))
    yield Path(os.__file__).parent
    try:
        mapped = Path("/proc/self/maps").read_text().splitlines()
    except OSError:  # not Linux
        return
    names = {line.split(maxsplit=5)[5] for line in mapped if ".so" in line}
    yield from {Path(name).parent for name in names if name.startswith("/")}


def use_large_pages() -> None:
    """Put the memory of this process into large pages, so that it is forked and ended fast.

    With torch, that is a fifth of the time. A kernel that cannot (before Linux 6.1) does nothing.
    """
    try:
        mapped = Path("/proc/self/maps").read_text().splitlines()
    except OSError:  # not Linux
        return
    for line in mapped:
        addresses, access, _, _, _, *name = line.split(maxsplit=5)
        first, end = (int(address, 16) for address in addresses.split("-"))
        # the large pages that lie wholly in it
        first, end = -(-first // LARGE_PAGE) * LARGE_PAGE, end // LARGE_PAGE * LARGE_PAGE
        if access == "rw-p" and name in ([], ["[heap]"]) and first < end:
            with contextlib.suppress(OSError):  # in part, where a part of it was never used
                _call("madvise", first, end - first, MADV_COLLAPSE)


# The guard


def isolate(policy: Policy) -> list[Protection]:
    """Enter new namespaces, mount the scratch folder and cover what is hidden.

    The next child of this process is alone in the namespaces.
    """
    return [
        _try("namespaces", _enter_namespaces),
        _try("scratch folder", lambda: _mount(policy)),
    ]


def _enter_namespaces() -> str:
    user, group = os.geteuid(), os.getegid()  # asked now: in the new namespace they are nobody
    spaces = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWIPC
    _call("unshare", spaces)
    _call("prctl", PR_SET_DUMPABLE, 1, 0, 0, 0)  # else the files below belong to another user
    for name, text in [
        ("setgroups", "deny"),  # else an ordinary user may not set gid_map
        ("uid_map", f"{user} {user} 1"),  # oneself, and no other user
        ("gid_map", f"{group} {group} 1"),
    ]:
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)
    return "user, process, network, mount and IPC namespaces"


def _mount(policy: Policy) -> str:
    # mounts that follow are seen by nobody outside
    _call("mount", b"none", b"/", None, MS_REC | MS_PRIVATE, None)
    # inodes as well: each takes memory of the kernel's
    options = f"size={policy.scratch_bytes},nr_inodes=4096,mode=700"
    flags = MS_NOSUID | MS_NODEV | MS_NOEXEC
    _call("mount", b"scratch", policy.scratch.encode(), b"tmpfs", flags, options.encode())
    for path in policy.hidden:  # an empty file system over each, that nothing can be put in
        _call("mount", b"hidden", path.encode(), b"tmpfs", flags | MS_RDONLY, b"nr_inodes=1")
    return f"{policy.scratch_bytes // 2**20} MiB in memory, gone with the process"


# The student's process


def confine(policy: Policy) -> list[Protection]:
    """Give up what a student's process does not need, for good."""
    return [
        _try("end with the guard", _die_with_parent),
        _try("limits", lambda: _limit(policy)),
        _try("no privileges", _drop_privileges),  # the two below ask for no_new_privs
        _try("files", lambda: _restrict_files(policy)),
        _try("calls", _filter_calls),  # last: it refuses the calls that the others are made of
    ]


def _die_with_parent() -> str:
    _call("prctl", PR_SET_PDEATHSIG, 9, 0, 0, 0)
    return "killed when the process that guards it ends"


def _limit(policy: Policy) -> str:
    with open("/proc/self/statm") as file:
        # addresses, not memory: torch's libraries take gigabytes
        now = int(file.read().split()[0]) * resource.getpagesize()
    limits = {
        resource.RLIMIT_AS: now + policy.memory_bytes,
        resource.RLIMIT_FSIZE: policy.scratch_bytes,
        resource.RLIMIT_CPU: policy.cpu_seconds,
        resource.RLIMIT_NOFILE: 256,
        resource.RLIMIT_CORE: 0,
    }
    for which, limit in limits.items():
        hard = resource.getrlimit(which)[1]
        if hard != resource.RLIM_INFINITY:
            limit = min(limit, hard)  # it can only be lowered
        resource.setrlimit(which, (limit, limit))
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")  # when the machine runs out of memory, end this process first
    return "memory, processor time, file size, open files"


def _drop_privileges() -> str:
    with open("/proc/sys/kernel/cap_last_cap") as file:
        last = int(file.read())
    try:
        for capability in range(last + 1):
            _call("prctl", PR_CAPBSET_DROP, capability, 0, 0, 0)
    except PermissionError:  # outside a user namespace an ordinary user has none to drop
        pass
    _call("prctl", PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    header = struct.pack("=Ii", CAPABILITY_VERSION, 0)
    _call("capset", header, bytes(24))  # none: effective, permitted, inheritable, 64 bits each
    _call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)  # no program gives any back
    _call("prctl", PR_SET_DUMPABLE, 0, 0, 0, 0)  # a crash leaves no core, not even in a pipe
    return "no capabilities and none to be had"


def _restrict_files(policy: Policy) -> str:
    version = _call("syscall", LANDLOCK_CREATE_RULESET, None, 0, 1)  # it only asks
    files = (1 << 13) - 1  # all rights of the first version
    if version >= 2:
        files |= 1 << 13  # moving files between folders
    if version >= 3:
        files |= TRUNCATE
    if version >= 5:
        files |= 1 << 15  # ioctl on devices
    connections = 3 if version >= 4 else 0  # TCP: bind, connect
    scopes = 3 if version >= 6 else 0  # abstract unix sockets, signals
    attributes = struct.pack("=QQQ", files, connections, scopes)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = _call("syscall", LANDLOCK_CREATE_RULESET, attributes, size, 0)
    try:
        for path in policy.readable:
            _allow(ruleset, path, READ_FILE | READ_DIR)
        # open(os.devnull, "w") truncates
        _allow(ruleset, os.devnull, READ_FILE | WRITE_FILE | files & TRUNCATE)
        _allow(ruleset, os.getcwd(), files)  # the scratch folder
        _call("syscall", LANDLOCK_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)
    return f"Landlock, version {version} of its interface"


def _allow(ruleset: int, path: str, access: int) -> None:
    try:
        folder = os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    except NotADirectoryError:
        folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
        access &= READ_FILE | WRITE_FILE | TRUNCATE  # a file with rights of folders is refused
    except OSError:  # gone since the policy was made: nothing to read there
        return
    try:
        rule = struct.pack("=Qi", access, folder)
        _call("syscall", LANDLOCK_ADD_RULE, ruleset, 1, rule, 0)
    finally:
        os.close(folder)


def _filter_calls() -> str:
    if not syscalls.supported():
        raise OSError(f"no list of calls for {platform.machine()}")
    program = syscalls.program(os.getpid())
    buffer = ctypes.create_string_buffer(program, len(program))
    descriptor = struct.pack("@HP", len(program) // 8, ctypes.addressof(buffer))
    _call("prctl", PR_SET_SECCOMP, SECCOMP_MODE_FILTER, descriptor, 0, 0)
    return "a seccomp list of what a program of numbers needs"


# Asking what this machine gives


def protections() -> list[Protection]:
    """The protections and whether this machine gives them, tried in a process of their own."""
    if sys.platform != "linux":
        return [Protection("Linux", False, LINUX)]
    output = subprocess.run(command("sandbox"), capture_output=True, text=True, check=True).stdout
    return [Protection(**found) for found in json.loads(output)]


def main() -> None:
    """Print the protections as JSON."""
    rules = policy((), (), 2**30, 2**20, 60)
    found = isolate(rules)
    reading, writing = os.pipe()
    if os.fork() == 0:  # a child, as in grading: only it is in the new process namespace
        os.chdir(rules.scratch)
        found += confine(rules)
        os.write(writing, json.dumps([asdict(protection) for protection in found]).encode())
        os._exit(0)
    os.close(writing)
    with open(reading) as pipe:
        print(pipe.read())
    os.wait()


def _try(name: str, step: Callable[[], str]) -> Protection:
    try:
        return Protection(name, True, step())
    except OSError as error:
        reason = f"{error.strerror or error}. {REMEDIES.get(name, '')}".strip()
        return Protection(name, False, reason)


@functools.cache
def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    return libc


def _call(name: str, *values: int | bytes | None) -> int:
    """Call a function of the C library; OSError if it fails."""
    arguments = [ctypes.c_long(v) if isinstance(v, int) else ctypes.c_char_p(v) for v in values]
    try:
        result: int = getattr(_libc(), name)(*arguments)
    except AttributeError:
        raise OSError(f"the C library has no {name}") from None
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), name)
    return result
