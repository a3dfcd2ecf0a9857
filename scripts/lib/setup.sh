# Sourced by `scripts/demo` and `scripts/test`: system packages and a virtual
# environment, each only when something is missing, so that a second run starts at once.

say() { printf '%s\n' "$*" >&2; }

# Installs the Debian packages that are missing, or says the line that would.
setup_system() {
    local missing=() package
    for package in "$@"; do
        dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    local line="apt-get install -y ${missing[*]}"
    if ! command -v apt-get >/dev/null; then
        say "not a Debian system: please install what matches: ${missing[*]}"
    elif [ "$(id -u)" = 0 ]; then
        say "installing ${missing[*]} ..."
        apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null \
            || say "that failed; please run: $line"
    else
        say "please run: sudo $line"
        say "going on without"
    fi
}

# Makes .venv with the package and the given extras, pinned by constraints.txt.
setup_venv() {
    local extras="$1" python stamp
    stamp="$(cat pyproject.toml constraints.txt | sha256sum | cut -c1-16)"
    if grep -qsx "$extras $stamp" .venv/voiceagent.stamp; then return 0; fi
    python="$(find_python)" || return 3
    [ -x .venv/bin/python ] || "$python" -m venv .venv || {
        say "hint: run \`apt-get install python3-venv\`"
        return 3
    }
    say "installing voiceagent[$extras] into .venv (a minute or two the first time) ..."
    .venv/bin/python -m pip install -q --disable-pip-version-check \
        --constraint constraints.txt --editable ".[$extras]"
    echo "$extras $stamp" >>.venv/voiceagent.stamp
}

# Fills a folder with what builds wheels, pinned, so that tests need no network.
setup_wheelhouse() {
    local house=.venv/wheelhouse pins=(
        hatchling==1.33.0 packaging==26.3 pathspec==1.1.1 pluggy==1.7.0
        tomlkit==0.15.2 trove-classifiers==2026.9.21.13
    )
    grep -qsx "${pins[*]}" "$house/stamp" && return 0
    .venv/bin/python -m pip download -q --disable-pip-version-check --no-deps \
        --dest "$house" "${pins[@]}" && echo "${pins[*]}" >"$house/stamp"
}

find_python() {
    local candidate
    for candidate in python3.13 python3.12 python3.11 python3; do
        if command -v "$candidate" >/dev/null && "$candidate" -c \
            'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return 0
        fi
    done
    say "error: Python 3.11 or later is needed"
    say "hint: run \`apt-get install python3 python3-venv\`"
    return 3
}
