"""What a student's process can and cannot do, each tried from inside."""

import os
import subprocess
import sys
import sysconfig
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers import ROOT
from helpers.processes import shown, students

from grader.sandbox.process import Limits, StudentGone, StudentProcess, Unprotected, Warm
from grader.sandbox.student import sandbox, syscalls
from grader.sandbox.student.sandbox import Protection, protections

PACKAGES = Path(sysconfig.get_path("purelib"))
LEFT_BEHIND = "left-behind-by-a-student.txt"

# Calls of the C library that end in the error that they are refused with.
C = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def c(name, *arguments):
    result = getattr(libc, name)(*arguments)
    if result == -1:
        raise OSError(ctypes.get_errno(), name)
"""

REFUSED = {
    "reading the machine": "open('/etc/passwd')",
    "reading the reference": f"open({str(ROOT / 'grader/reference.py')!r})",
    "reading the sandbox": f"open({str(ROOT / 'grader/sandbox/student/sandbox.py')!r})",
    "listing the course": f"import os; os.listdir({str(ROOT)!r})",
    "listing other processes": "import os; os.listdir('/proc')",
    "reading its memory": "open('/proc/self/mem', 'rb')",
    "reading its environment": "open('/proc/self/environ', 'rb')",
    "listing its descriptors": "import os; os.listdir('/proc/self/fd')",
    "reading the first process": "open('/proc/1/environ')",
    "reading through a symlink": "import os; os.symlink('/etc/passwd', 'link'); open('link')",
    "reading through a folder's descriptor": (
        "import os; os.open('etc/passwd', os.O_RDONLY, dir_fd=os.open('/', os.O_PATH))"
    ),
    "reading from another folder": "import os; os.chdir('/etc'); open('passwd')",
    "writing to /tmp": f"open('/tmp/{LEFT_BEHIND}', 'w')",
    "writing to the course": f"open({str(ROOT / LEFT_BEHIND)!r}, 'w')",
    "writing to the library": f"open({str(PACKAGES / 'numpy' / LEFT_BEHIND)!r}, 'w')",
    "changing the library": "import os; open(os.__file__, 'a')",
    "emptying the library by reading": (
        "import os; os.open(os.__file__, os.O_RDONLY | os.O_TRUNC)"
    ),
    "truncating": "import os; os.truncate(os.__file__, 0)",
    "deleting": "import os; os.remove(os.__file__)",
    "making a folder": f"import os; os.mkdir('/tmp/{LEFT_BEHIND}')",
    "linking out": f"import os; open('a', 'w'); os.symlink('a', '/tmp/{LEFT_BEHIND}')",
    "changing modes": "import os; os.chmod(os.__file__, 0o777)",
    "changing owners": "import os; os.chown(os.__file__, 0, 0)",
    "changing times": "import os; os.utime(os.__file__)",
    "changing attributes": "import os; os.setxattr(os.__file__, 'user.a', b'b')",
    "taking a lease": "import fcntl, os; fcntl.fcntl(open(os.__file__), fcntl.F_SETLEASE, 0)",
    "making a device": "import os; os.mknod('a', 0o20600, os.makedev(1, 1))",
    "another root": "import os; os.chroot('.')",
    "exec": "import os; os.execv('/bin/true', ['true'])",
    "a command": "import subprocess; subprocess.run(['true'])",
    "a cell of bash": "%%bash\ntrue",
    "fork": "import posix; posix.fork()",
    "a spawned process": "import posix; posix.posix_spawn('/bin/true', ['true'], {})",
    "multiprocessing": "import multiprocessing as m; m.Process(target=print).start()",
    "another user": "import os; os.setuid(1)",
    "a TCP socket": "import socket; socket.socket()",
    "a UDP socket": "import socket; socket.socket(type=socket.SOCK_DGRAM)",
    "a unix socket": "import socket; socket.socket(socket.AF_UNIX)",
    "a packet socket": "import socket; socket.socketpair(socket.AF_INET)",
    "a datagram to a path": (
        "import socket\nsocket.socketpair(type=socket.SOCK_DGRAM)[0].sendto(b'a', '/dev/log')"
    ),
    "killing its parent": "import os; os.kill(os.getppid(), 9)",
    "killing everyone": "import os; os.kill(-1, 9)",
    "killing another": "import os; os.kill(2, 9)",
    "a descriptor of a process": "import os; os.kill(1 + 1, 0)",
    "higher limits": "import resource; resource.prlimit(2, resource.RLIMIT_AS)",
    "other scheduling": "import os; os.sched_setaffinity(0, {0})",
    "outliving the guard": C + "c('prctl', 1, 0, 0, 0, 0)",
    "tracing": C + "c('ptrace', 16, 1, 0, 0)",
    "reading another's memory": C + "c('process_vm_readv', 1, None, 0, None, 0, 0)",
    "mounting": C + "c('mount', b'none', b'/mnt', b'tmpfs', 0, None)",
    "unmounting": C + f"c('umount2', {str(PACKAGES / 'torch').encode()!r}, 2)",
    "new namespaces": C + "c('unshare', 0x10000000)",
    "entering namespaces": C + "c('setns', 3, 0)",
    "shared memory": C + "c('shmget', 1, 4096, 0o1600)",
    "anonymous files": C + "c('memfd_create', b'a', 0)",
    "watching files": C + "c('inotify_init')",
}

HARMLESS = {
    "NumPy": ("import numpy as np; print(np.ones(3) @ np.ones(3))", "3.0"),
    "a late import": ("import sqlite3, decimal, statistics; print('here')", "here"),
    "threads": (
        "from concurrent.futures import ThreadPoolExecutor as Pool\n"
        "with Pool(4) as pool: print(sum(pool.map(abs, range(100))))",
        "4950",
    ),
    "await": ("import asyncio\nprint(await asyncio.sleep(0, 'slept'))", "slept"),
    "files of its own": (
        "import tempfile\n"
        "with tempfile.TemporaryFile('w+') as f: f.write('a'); f.seek(0); print(f.read())",
        "a",
    ),
    "saving arrays": (
        "import numpy as np; np.savez('a', x=np.ones(2)); print(np.load('a.npz')['x'])",
        "[1. 1.]",
    ),
    "modules of its own": (
        "open('helper.py', 'w').write('x = 1'); import helper; print(helper.x)",
        "1",
    ),
    "time zones": ("import zoneinfo; print(zoneinfo.ZoneInfo('Europe/Rome'))", "Europe/Rome"),
    "random numbers of the system": ("import os; print(len(os.urandom(4)))", "4"),
    "the number of processors": ("import os; print(os.cpu_count() > 0)", "True"),
    "nothing": ("print('lost', file=open('/dev/null', 'w'))", ""),
    "checks": ("from grader import check; print(check('forward'))", "None"),
}


@pytest.fixture
def student(warm: Warm) -> Iterator[StudentProcess]:
    """A student's process, of which nothing may be left."""
    with warm.student() as process:
        yield process
    assert students(warm) == []
    assert not any(Path(folder, LEFT_BEHIND).exists() for folder in ("/tmp", "/dev/shm", ROOT))


@pytest.mark.parametrize("source", REFUSED.values(), ids=REFUSED)
def test_refused(student: StudentProcess, source: str) -> None:
    """Is it refused, and does the process live on?"""
    output = shown(student, source)
    assert "PermissionError: [Errno 1" in output or "BlockingIOError" in output
    assert shown(student, "1 + 1") == "2"


@pytest.mark.parametrize(("source", "output"), HARMLESS.values(), ids=HARMLESS)
def test_harmless(student: StudentProcess, source: str, output: str) -> None:
    """Does what an exercise may need still work?"""
    assert shown(student, source).strip() == output


def test_all_other_calls(student: StudentProcess) -> None:
    """Is every call to the kernel refused that is not listed, those to come among them?"""
    column = syscalls.ARCHITECTURES[os.uname().machine][0]
    tables = syscalls.FREE + syscalls.BY_ARGUMENT
    listed = set(syscalls._numbers(tables, column).values())
    listed |= {335, 336}  # uretprobe and uprobe: the kernel itself ends who calls them
    tried = [number for number in range(600) if number not in listed]
    source = f"""
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        for number in {tried}:
            assert libc.syscall(number, 0, 0, 0, 0, 0, 0) == -1
            assert ctypes.get_errno() == (1 if number < 424 else 38), number
        print("all refused")
    """
    assert shown(student, textwrap.dedent(source)) == "all refused\n"


def test_listed_calls() -> None:
    """Are the calls that must not be made missing from the lists?"""
    forbidden = """execve execveat fork vfork clone3 ptrace process_vm_readv process_vm_writev
        socket connect bind listen accept accept4 sendmsg recvmsg setsockopt tkill rt_sigqueueinfo
        pidfd_open pidfd_getfd pidfd_send_signal mount umount2 pivot_root chroot setns unshare bpf
        perf_event_open userfaultfd io_uring_setup io_uring_enter keyctl add_key request_key chmod
        fchmod fchmodat chown fchown lchown fchownat utime utimes utimensat setxattr fsetxattr
        truncate memfd_create shmget msgget semget mq_open open_by_handle_at name_to_handle_at
        personality init_module finit_module reboot swapon settimeofday clock_settime
        inotify_init1 fanotify_init setuid setgid capset seccomp landlock_restrict_self"""
    names = {row.split(":")[0] for row in (syscalls.FREE + syscalls.BY_ARGUMENT).split()}
    assert names.isdisjoint(forbidden.split())


def test_foreign_entry(warm: Warm) -> None:
    """Does a call by the 32-bit set of numbers end the process?"""
    if os.uname().machine == "x86_64":
        with warm.student() as student, pytest.raises(StudentGone, match="killed by signal 31"):
            student.run_cell(f"{C}c('syscall', 0x40000000 + 39)", 20)


def test_descriptors(student: StudentProcess) -> None:
    """Are only the null device and the channel open?"""
    source = """
        import os, stat
        def is_open(number):
            try: return os.fstat(number)
            except OSError: pass
        print([n for n in range(1024) if is_open(n)])
        print([os.fstat(n).st_rdev == os.stat("/dev/null").st_rdev for n in range(3)])
        print(stat.S_ISSOCK(os.fstat(3).st_mode))
    """
    output = shown(student, textwrap.dedent(source))
    assert output == "[0, 1, 2, 3]\n[True, True, True]\nTrue\n"


def test_environment(student: StudentProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    """Does nothing of the grader's environment come along?"""
    names = shown(student, "import os; print(*sorted(os.environ))").split()
    assert names == ["HOME", "LANG", "LOGNAME", "NBGRADER_EXECUTION", "PATH", "TMPDIR", "USER"]


def test_environment_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Does a secret of the grader's environment stay out of the block that exec copies?"""
    monkeypatch.setenv("GRADER_TEST_TOKEN", "do-not-tell")
    source = f"{C}\nlibc.getenv.restype = ctypes.c_char_p\nprint(libc.getenv(b'GRADER_TEST_TOKEN'))"
    with Warm() as warm, warm.student() as student:
        assert shown(student, source) == "None\n"


def test_alone(student: StudentProcess) -> None:
    """Is it the only process that it can see, with no parent, and without privileges?"""
    assert shown(student, "import os; print(os.getpid(), os.getppid())") == "1 0\n"


def test_two_students(warm: Warm) -> None:
    """Are two students' files kept apart?"""
    with warm.student() as one, warm.student() as other:
        assert shown(one, f"open({LEFT_BEHIND!r}, 'w').close(); print('written')") == "written\n"
        assert shown(other, "import os; print(os.listdir())") == "[]\n"
        assert shown(one, "import os; print(os.listdir())") == f"['{LEFT_BEHIND}']\n"
    assert not Path("/dev/shm", LEFT_BEHIND).exists()


def test_scratch_is_bounded() -> None:
    """Is there an end to what it can write, in one file and in many?"""
    many = "for i in range(100): open(f'{i}', 'wb').write(bytes(100_000))"
    big = "open('big', 'wb').write(bytes(2**21))"
    empty = "for i in range(10_000): open(f'{i}', 'wb').close()"
    with Warm(limits=Limits(scratch_bytes=2**20)) as warm:
        with warm.student() as student:
            assert shown(student, many) == "OSError: [Errno 28] No space left on device"
        with warm.student() as student:
            assert shown(student, big) == "OSError: [Errno 27] File too large"
        with warm.student() as student:
            assert shown(student, empty) == "OSError: [Errno 28] No space left on device: '4095'"


IMPORTS = {
    "the stand-in": ("import grader.reference", "ModuleNotFoundError"),
    "without the stand-in": (
        "import sys; del sys.modules['grader']; import grader.reference",
        "Error",
    ),
    "by its path": (
        f"import sys; del sys.modules['grader']; sys.path.insert(0, {str(ROOT)!r}); import grader",
        "PermissionError",
    ),
    "by its neighbours": ("from student.. import reference", "SyntaxError"),
    "from beside the sandbox": (
        "import importlib; importlib.import_module('..reference', 'student')",
        "ImportError",
    ),
    "from its file": (
        "from importlib.machinery import SourceFileLoader as L; "
        f"L('reference', {str(ROOT / 'grader/reference.py')!r}).load_module()",
        "PermissionError",
    ),
    "as source": (
        f"import runpy; runpy.run_path({str(ROOT / 'grader/reference.py')!r})",
        "PermissionError",
    ),
}


@pytest.mark.parametrize(("source", "error"), IMPORTS.values(), ids=IMPORTS)
def test_import_of_the_reference(student: StudentProcess, source: str, error: str) -> None:
    """Is there no way to import the reference?"""
    assert f"{error}: " in shown(student, source)


def test_memory(student: StudentProcess) -> None:
    """Is nothing of the grader in memory but the code that runs here?"""
    source = f"""
        import gc, sys, types
        gc.unfreeze()
        functions = [o for o in gc.get_objects() if type(o) is types.FunctionType]
        files = {{function.__code__.co_filename for function in functions}}
        print(sorted(f.removeprefix({str(ROOT)!r}) for f in files
                     if f.startswith({str(ROOT / "grader")!r})))
        print(sorted(m for m in sys.modules if m.split(".")[0] in ("grader", "student")))
    """
    files, modules = shown(student, textwrap.dedent(source)).splitlines()
    assert files.count("/grader/") == files.count("/grader/sandbox/student/") > 0
    assert eval(modules) == [
        "grader",
        "student",
        *(f"student.{n}" for n in "objects protocol refused sandbox shell syscalls warm".split()),
    ]


FRAMEWORK = {
    "import": ("import torch", "ModuleNotFoundError: torch is not available in this problem set"),
    "without the finder": (
        "import sys; sys.meta_path.pop(0); import torch; torch.ones(3)",
        "AttributeError: module 'torch' has no attribute 'ones'",
    ),
    "its files": (f"open({str(PACKAGES / 'torch/__init__.py')!r})", "FileNotFoundError: "),
    "its libraries": (
        f"import ctypes; ctypes.CDLL({str(PACKAGES / 'torch/lib/libtorch.so')!r})",
        "OSError: ",
    ),
}


@pytest.mark.parametrize(("source", "error"), FRAMEWORK.values(), ids=FRAMEWORK)
def test_frameworks_are_hidden(student: StudentProcess, source: str, error: str) -> None:
    """Is torch out of reach of a set that does not preload it?"""
    assert shown(student, source).startswith(error)


def test_torch() -> None:
    """Does a set that preloads torch have it: silent, with autograd, on one thread, repeatable?"""
    source = """
        import torch, torch.nn.functional as F
        x = torch.randn(8, 3, 5, 5, requires_grad=True)
        y = F.conv2d(x, torch.randn(3, 3, 3, 3))
        F.batch_norm(y, None, None, training=True).sum().backward()
        opt = torch.optim.SGD([x], lr=0.1)
        opt.step()
        torch.save(x, "x.pt")
        print(torch.equal(torch.load("x.pt"), x), torch.get_num_threads(), torch.rand(1).item())
    """
    with Warm(("torch",)) as warm:
        outputs = []
        for _ in range(2):
            with warm.student() as student:
                outputs.append(shown(student, textwrap.dedent(source)))
        assert students(warm) == []
    assert outputs[0] == outputs[1]
    assert outputs[0].startswith("True 1 0.")


def test_seeds(warm: Warm) -> None:
    """Do unseeded random numbers and the order of sets repeat?"""
    source = """
        import random, numpy as np
        print(random.random(), np.random.rand(), {"gamma", "beta", "mean", "var"})
    """
    outputs = set()
    for _ in range(2):
        with warm.student() as student:
            outputs.add(shown(student, textwrap.dedent(source)))
    assert len(outputs) == 1


def test_protections() -> None:
    """Does this machine give all protections, and does each say what it does?"""
    found = protections()
    assert [protection.name for protection in found] == [
        "namespaces",
        "scratch folder",
        "end with the guard",
        "limits",
        "no privileges",
        "files",
        "calls",
    ]
    assert all(protection.available and protection.reason for protection in found)


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_other_systems(system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Do macOS and Windows get a clear message?"""
    monkeypatch.setattr(sys, "platform", system)
    assert protections() == [Protection("Linux", False, sandbox.LINUX)]
    with pytest.raises(Unprotected, match="Student code can only be contained on Linux"):
        Warm().__enter__()


def test_reason() -> None:
    """Does a protection that fails say why and what to do?"""

    def fails() -> str:
        raise OSError(38, "Function not implemented")

    assert sandbox._try("files", fails) == Protection(
        "files",
        False,
        "Function not implemented. "
        "It needs Linux 5.13 with `landlock` among the modules of the boot option `lsm=`.",
    )


# A machine without user namespaces, made of one that has them: in this one there may be no more.
WITHOUT_NAMESPACES = """
import os, sys
from grader.sandbox.process import Unprotected, Warm
from grader.sandbox.student.sandbox import Policy, _call, _enter_namespaces, protections
_call("unshare", 0x10000000)
user, group = {user}, {group}
for name, text in [("setgroups", "deny"), ("uid_map", f"{{user}} {{user}} 1"),
                   ("gid_map", f"{{group}} {{group}} 1")]:
    open(f"/proc/self/{{name}}", "w").write(text)
open("/proc/sys/user/max_user_namespaces", "w").write("0")
print([p.name for p in protections() if not p.available])
try:
    with Warm():
        print("graded")
except Unprotected as error:
    print(error)
with Warm(unsafe=True) as warm, warm.student() as student:
    print(student.run_cell("open('a', 'w').close(); 1 + 1", 20)[0]["data"])
"""


def test_without_namespaces(tmp_path: Path) -> None:
    """Does grading refuse with the reason, and go on with `unsafe`, leaving nothing behind?"""
    script = WITHOUT_NAMESPACES.format(user=os.geteuid(), group=os.getegid())
    one_thread = {"OMP_NUM_THREADS": "1"}  # a process with more cannot enter a namespace
    environment = os.environ | one_thread | {"TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True
    )
    assert done.stderr == ""
    missing, *refusal, graded = done.stdout.splitlines()
    assert missing == "['namespaces', 'scratch folder']"
    assert refusal[0].startswith("namespaces: No space left on device. In a container, start it")
    assert graded == "{'text/plain': '2'}"
    assert list(tmp_path.iterdir()) == []


# Opens the paths that Python needs to everybody, in a mount namespace of its own, and gives up
# root. As an ordinary user there is nothing to do.
AS_ORDINARY_USER = """
import os, sys
from pathlib import Path
from grader.sandbox.student.sandbox import _call
needed = {{Path(p).resolve() for p in (sys.prefix, sys.base_prefix, {root!r})}}
if os.geteuid() == 0:
    _call("unshare", 0x20000)
    _call("mount", b"none", b"/", None, 0x4000 | 0x40000, None)
    for path in needed:
        private = [p for p in reversed(path.parents) if p.stat().st_mode & 0o5 != 0o5]
        if private:
            inside = os.open(path, os.O_PATH)
            _call("mount", b"none", str(private[0]).encode(), b"tmpfs", 0, b"mode=755")
            path.mkdir(parents=True)
            source = f"/proc/self/fd/{{inside}}".encode()
            _call("mount", source, str(path).encode(), None, 4096, None)
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
    _call("prctl", 4, 1, 0, 0, 0)
    os.environ["HOME"] = "/"
from grader.sandbox.process import Warm
from grader.sandbox.student.sandbox import protections
print([p for p in protections() if not p.available])
with Warm() as warm, warm.student() as student:
    for source in ["import os; print(os.getuid())", "open('/etc/passwd')",
                   "import posix; posix.fork()",
                   "import sqlite3; open('a', 'w').close(); print(os.listdir())"]:
        output = student.run_cell(source, 20)[0]
        print(output.get("text", output.get("evalue")))
"""


def test_ordinary_user() -> None:
    """Do all protections work without privileges?"""
    done = subprocess.run(
        [sys.executable, "-c", AS_ORDINARY_USER.format(root=str(ROOT))],
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    user = os.geteuid() or 65534
    assert done.stdout.split("\n") == [
        "[]",
        f"{user}",
        "",
        "[Errno 13] Permission denied: '/etc/passwd'",
        "[Errno 1] Operation not permitted",
        "['a']",
        "",
        "",
    ]
