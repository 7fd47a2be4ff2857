#!/bin/sh
# Make .venv hold exactly the versions in requirements.lock. The Makefile calls this as
#     PYTHON=... PIP_ARGS=... sh tools/venv.sh
# The copy of the lock inside .venv is written last and means "complete": an environment
# without it was interrupted, and is made again from nothing.
set -u
cd "$(dirname "$0")/.." || exit 1
done_=.venv/requirements.lock

fail() {
    printf '\n' >&2
    printf '%s\n' "$@" >&2
    exit 1
}

# The version of interpreter $1, such as 3.11; nothing when it does not run.
version() {
    "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null
}

# Whether version $1 is new enough. The shell compares: an old Python may not parse our code.
new_enough() {
    [ "${1%%.*}" -gt 3 ] || { [ "${1%%.*}" -eq 3 ] && [ "${1#*.}" -ge 11 ]; }
}

# Sets $python to the first usable interpreter, or explains why there is none.
find_python() {
    tried='' too_old='' no_venv=''
    for python in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        tried="$tried $python"
        found=$(version "$python") || continue
        if ! new_enough "$found"; then
            too_old="$too_old $python is $found."
        elif ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
            no_venv="$no_venv $python"
        else
            return
        fi
    done
    if [ -n "$no_venv" ]; then
        fail "Python's venv module is missing from:$no_venv." \
            "Install it (Debian and Ubuntu: apt install python3-venv), then run make again."
    fi
    if [ -n "$too_old" ]; then
        fail "Python 3.11 or newer is needed, but$too_old" \
            "Install a newer one from https://www.python.org/downloads or your system's packages." \
            "If it is installed under another name: make PYTHON=/path/to/python3.11 ..."
    fi
    fail "No Python was found. Tried:$tried." \
        "Install Python 3.11 or newer from https://www.python.org/downloads or your system's packages." \
        "If it is installed under another name: make PYTHON=/path/to/python3.11 ..."
}

install() {
    # shellcheck disable=SC2086  # PIP_ARGS is a list of options
    .venv/bin/python -m pip install -q --disable-pip-version-check ${PIP_ARGS:-} "$@" 2>.venv/pip.log
}

# What pip gives as its reason; nothing else that it says is of use.
reason() {
    grep '^ *ERROR' .venv/pip.log | tail -n 5 | grep . || tail -n 5 .venv/pip.log
}

# What to do about it, where pip tells: it warns of a network before it finds no package.
advice() {
    if grep -qiE 'connection (broken|error|refused|reset)|timed out|ProxyError|SSLError' .venv/pip.log; then
        echo "The network or a proxy is the reason: check the connection, then run make again."
    fi
    echo "Options for pip go here: make PIP_ARGS='--index-url https://...' ..."
}

if cmp -s requirements.lock "$done_"; then
    touch "$done_"
    exit 0
fi

if [ ! -f "$done_" ] || [ -z "$(version .venv/bin/python)" ]; then
    find_python
    rm -rf .venv
    echo "Creating .venv with $python ($found)."
    "$python" -m venv .venv || fail "$python could not create .venv: see above."
fi
rm -f "$done_"
echo "Installing $(grep -c == requirements.lock) packages into .venv: minutes the first time."
install --requirement requirements.lock ||
    fail "pip could not install the packages of requirements.lock. It says:" "$(reason)" "$(advice)"
cp requirements.lock "$done_"
