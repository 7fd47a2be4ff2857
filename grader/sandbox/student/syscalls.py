"""Which calls to the kernel a student's process may make, as a seccomp filter.

The filter is a list of what a program of numbers needs: memory, files, threads, time.
All else is refused, calls that future kernels add among it.
What must not be done to the machine (exec, fork, sockets, signals to others, ptrace, mounts, keys,
BPF, io_uring, ...) is therefore nowhere named below.
Some calls that look harmless are left out because Landlock does not cover them and the process
keeps its user: chmod, chown, utimes, setxattr, truncate, inotify.

Numbers are those of arch/x86/entry/syscalls/syscall_64.tbl and of include/uapi/asm-generic/unistd.h
in Linux; the filter's form is that of Documentation/userspace-api/seccomp_filter.rst.
"""

import errno
import functools
import platform
import struct

# name:number on x86_64:number on aarch64
FREE = """
read:0:63 write:1:64 close:3:57 fstat:5:80 poll:7: lseek:8:62 mmap:9:222 mprotect:10:226
munmap:11:215 brk:12:214 rt_sigaction:13:134 rt_sigprocmask:14:135 rt_sigreturn:15:139
pread64:17:67 pwrite64:18:68 readv:19:65 writev:20:66 pipe:22: select:23: sched_yield:24:124
mremap:25:216 msync:26:227 mincore:27:232 madvise:28:233 dup:32:23 dup2:33: pause:34:
nanosleep:35:101 getitimer:36:102 alarm:37: setitimer:38:103 getpid:39:172 sendfile:40:71
sendto:44:206 recvfrom:45:207 shutdown:48:210 getsockname:51:204 getpeername:52:205
getsockopt:55:209 exit:60:93 wait4:61:260 uname:63:160 flock:73:32 fsync:74:82 fdatasync:75:83
ftruncate:77:46 getdents:78: getcwd:79:17 chdir:80:49 fchdir:81:50 rename:82: mkdir:83:
rmdir:84: link:86: unlink:87: symlink:88: readlink:89: umask:95:166 gettimeofday:96:169
getrlimit:97:163 getrusage:98:165 sysinfo:99:179 times:100:153 getuid:102:174 getgid:104:176
geteuid:107:175 getegid:108:177 getppid:110:173 getpgrp:111: getgroups:115:158 getresuid:118:148
getresgid:120:150 getpgid:121:155 getsid:124:156 rt_sigpending:127:136 rt_sigtimedwait:128:137
rt_sigsuspend:130:133 sigaltstack:131:132 statfs:137:43 fstatfs:138:44 getpriority:140:141
sched_getparam:143:121 sched_getscheduler:145:120 sched_get_priority_max:146:125
sched_get_priority_min:147:126 gettid:186:178 futex:202:98 sched_getaffinity:204:123
epoll_create:213: getdents64:217:61 set_tid_address:218:96 restart_syscall:219:128
fadvise64:221:223 timer_create:222:107 timer_settime:223:110 timer_gettime:224:108
timer_getoverrun:225:109 timer_delete:226:111 clock_gettime:228:113 clock_getres:229:114
clock_nanosleep:230:115 exit_group:231:94 epoll_wait:232: epoll_ctl:233:21 waitid:247:95
mkdirat:258:34 newfstatat:262:79 unlinkat:263:35 renameat:264:38 linkat:265:37 symlinkat:266:36
readlinkat:267:78 faccessat:269:48 pselect6:270:72 ppoll:271:73 set_robust_list:273:99
get_robust_list:274:100 epoll_pwait:281:22 timerfd_create:283:85 eventfd:284: fallocate:285:47
timerfd_settime:286:86 timerfd_gettime:287:87 eventfd2:290:19 epoll_create1:291:20 dup3:292:24
pipe2:293:59 preadv:295:69 pwritev:296:70 getcpu:309:168 renameat2:316:276 getrandom:318:278
membarrier:324:283 copy_file_range:326:285 preadv2:327:286 pwritev2:328:287 statx:332:291
rseq:334:293 close_range:436:436 faccessat2:439:439 epoll_pwait2:441:441 futex_waitv:449:449
stat:4: lstat:6: access:21: time:201: creat:85:
"""
BY_ARGUMENT = """
open:2: openat:257:56 clone:56:220 kill:62:129 tgkill:234:131 fcntl:72:25 ioctl:16:29
prctl:157:167 prlimit64:302:261 socketpair:53:199
"""
ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
X32 = 0x40000000  # bit of the numbers of x86_64's other, 32-bit set of calls
RECENT = 424  # from here numbers are the same everywhere, clone3 and openat2 among them

ALLOW, KILL, ERROR = 0x7FFF0000, 0x80000000, 0x00050000
LOAD, AND, EQUAL, AT_LEAST, RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
NUMBER, ARCHITECTURE, ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data

CLONE_THREAD = 0x10000
AF_UNIX, SOCK_STREAM, SOCK_TYPE = 1, 1, 0xF
O_WRITE, O_TRUNC = 0o3, 0o1000
# DUPFD, GETFD, SETFD, GETFL, SETFL, GETLK, SETLK, SETLKW, the OFD locks, DUPFD_CLOEXEC: no leases
FCNTL = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030)
# TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX
IOCTL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
PRCTL = (15, 16, 0x53564D41)  # SET_NAME, GET_NAME, SET_VMA: no PDEATHSIG, no DUMPABLE

Instruction = tuple[int, int, int, int]  # code, jump if true, jump if false, constant


def supported() -> bool:
    """Is there a filter for this machine?"""
    return platform.machine() in ARCHITECTURES


@functools.cache
def program(pid: int) -> bytes:
    """The filter for the process `pid` (its number in its own namespace), as sock_filter structs.

    A refused call fails with EPERM.
    A recent one fails with ENOSYS: libraries then fall back to an older one.
    So threads are made by clone, whose flags a filter can see, and not by clone3.
    A call through another architecture's entry kills the process.
    """
    column, architecture = ARCHITECTURES[platform.machine()]
    code: list[Instruction] = [
        (LOAD, 0, 0, ARCHITECTURE),
        (EQUAL, 1, 0, architecture),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER),
    ]
    if platform.machine() == "x86_64":
        code += [(AT_LEAST, 0, 1, X32), (RETURN, 0, 0, KILL)]
    for name, number in _numbers(BY_ARGUMENT, column).items():
        test = [*_argument(name, pid), (RETURN, 0, 0, ERROR | errno.EPERM)]
        code += [(EQUAL, 0, len(test), number), *test]  # another call jumps over the test
    # by ranges: each call of the student's runs through this
    for first, last in _ranges(sorted(_numbers(FREE, column).values())):
        code += [(AT_LEAST, 0, 2, first), (AT_LEAST, 1, 0, last + 1), (RETURN, 0, 0, ALLOW)]
    code += [
        (AT_LEAST, 0, 1, RECENT),
        (RETURN, 0, 0, ERROR | errno.ENOSYS),
        (RETURN, 0, 0, ERROR | errno.EPERM),
    ]
    return b"".join(struct.pack("<HBBI", *instruction) for instruction in code)


def _argument(name: str, pid: int) -> list[Instruction]:
    """Allow the call if its arguments are harmless; else run on to the next instruction."""
    match name:
        case "clone":
            # a thread, and no fork
            return [*_masked(0, CLONE_THREAD), (EQUAL, 0, 1, CLONE_THREAD), (RETURN, 0, 0, ALLOW)]
        case "open" | "openat":  # before Landlock's third version, O_RDONLY | O_TRUNC truncates
            at = 1 if name == "open" else 2
            return [*_masked(at, O_WRITE | O_TRUNC), (EQUAL, 1, 0, O_TRUNC), (RETURN, 0, 0, ALLOW)]
        case "kill" | "tgkill":
            return _one_of(0, (pid,))  # signals to itself
        case "fcntl":
            return _one_of(1, FCNTL)
        case "ioctl":
            return _one_of(1, IOCTL)
        case "prctl":
            return _one_of(0, PRCTL)
        case "prlimit64":
            return _one_of(0, (0, pid))  # 0 is itself too
        case "socketpair":
            # not of datagrams: those can be sent to any socket that has a path, as that of a log
            stream = [*_masked(1, SOCK_TYPE), (EQUAL, 0, 1, SOCK_STREAM), (RETURN, 0, 0, ALLOW)]
            family = (LOAD, 0, 0, ARGUMENT)
            return [family, (EQUAL, 0, len(stream), AF_UNIX), *stream]
    raise ValueError(name)


def _masked(index: int, mask: int) -> list[Instruction]:
    # the lower 32 bits, where the flags are
    return [(LOAD, 0, 0, ARGUMENT + 8 * index), (AND, 0, 0, mask)]


def _one_of(index: int, values: tuple[int, ...]) -> list[Instruction]:
    tests = [(EQUAL, len(values) - 1 - i, 0, value) for i, value in enumerate(values)]
    *most, (code, _, _, value) = tests
    load = (LOAD, 0, 0, ARGUMENT + 8 * index)
    return [load, *most, (code, 0, 1, value), (RETURN, 0, 0, ALLOW)]


def _numbers(table: str, column: int) -> dict[str, int]:
    rows = (row.split(":") for row in table.split())
    return {name: int(numbers[column]) for name, *numbers in rows if numbers[column]}


def _ranges(numbers: list[int]) -> list[tuple[int, int]]:
    """Runs of consecutive numbers, as (first, last)."""
    ranges: list[tuple[int, int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1] = (ranges[-1][0], number)
        else:
            ranges.append((number, number))
    return ranges
