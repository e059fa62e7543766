#!/bin/sh
# build-kernels.sh SOURCES OUTPUT LOGS ARCHITECTURES: compiles every .cu below SOURCES into OUTPUT/org/samfast/cuda/kernels.
# Each becomes <path>.<architecture>.cubin for the listed architectures, and <path>.compute_80.ptx for every other GPU;
# one whose first lines hold "// Architectures: sm_90a" becomes only that. What is unchanged (source, headers, flags, nvcc)
# is kept. A kernel that spills registers, has a stack frame, or whose wgmma the compiler serialises fails the build.
# Without nvcc it says so, and the build goes on without kernels. The compilers' logs stay in LOGS.
set -eu

flags="-std=c++17 -O3 -lineinfo -Werror all-warnings"
jobs=2

find_nvcc() {
    for candidate in "$(command -v nvcc || true)" "${CUDA_HOME:-}/bin/nvcc" /usr/local/cuda/bin/nvcc; do
        if [ -x "$candidate" ]; then
            nvcc=$candidate
            return
        fi
    done
    nvcc=
}

hash_of() { sha256sum | cut -d ' ' -f 1; }

# what has to hold on for an object to be kept, besides its own source and target
common_key() {
    {
        echo "$flags"
        "$nvcc" --version
        cat "$0"
        find "$sources" -name '*.cuh' | LC_ALL=C sort | while IFS= read -r header; do
            echo "$header"
            cat "$header"
        done
    } | hash_of
}

targets_of() {
    only=$(sed -n '1,10s|^// Architectures: *||p' "$1")
    if [ -z "$only" ]; then
        echo "$architectures compute_80"
        return
    fi
    for target in $architectures; do
        case " $only " in *" $target "*) echo "$target" ;; esac
    done
}

extension_of() {
    case $1 in compute_*) echo ptx ;; *) echo cubin ;; esac
}

# lines "source target name" of what has to be compiled; notes every name in LOGS/names
list_work() {
    find "$sources" -name '*.cu' | LC_ALL=C sort | while IFS= read -r source; do
        module=${source#"$sources"/}
        for target in $(targets_of "$source"); do
            name=${module%.cu}.$target.$(extension_of "$target")
            echo "$name" >>"$logs/names"
            key=$( { echo "$common $target"; cat "$source"; } | hash_of)
            if [ ! -f "$kernels/$name" ] || [ "$(cat "$logs/$name.key" 2>/dev/null)" != "$key" ]; then
                echo "$source $target $name $key"
            fi
        done
    done
}

compile() {
    source=$1 target=$2 name=$3 key=$4
    mkdir -p "$(dirname "$kernels/$name")" "$(dirname "$logs/$name")"
    rm -f "$logs/$name.key"
    case $target in
        compute_*) form="-gencode=arch=$target,code=$target -ptx" ;;
        *) form="-gencode=arch=compute_${target#sm_},code=$target -cubin -Xptxas=-v,-warn-spills" ;;
    esac
    echo "nvcc $name"
    # shellcheck disable=SC2086 # both hold several words
    if ! "$nvcc" $flags $form -I "$sources" -o "$kernels/$name.new" "$source" >"$logs/$name.log" 2>&1; then
        cat "$logs/$name.log" >&2
        return 1
    fi
    check_log "$name"
    mv "$kernels/$name.new" "$kernels/$name"
    echo "$key" >"$logs/$name.key"
}

check_log() {
    awk -v name="$1" '
        /Compiling entry function/ { split($0, quoted, "\047"); kernel = quoted[2] }
        /bytes stack frame/ {
            gsub(",", "")
            if ($1 + $5 + $9 > 0) {
                printf "%s: kernel %s has a stack frame of %d bytes and spills %d bytes of registers (stores) and %d (loads): it needs fewer registers\n", name, kernel, $1, $5, $9
                bad = 1
            }
        }
        /\(C75[0-9][0-9]\)/ && !/\(C7519\)/ { printf "%s: kernel %s: %s\n", name, kernel, $0; bad = 1 }
        END { exit bad }' "$logs/$1.log" >&2
}

remove_stale() {
    [ ! -d "$kernels" ] || (cd "$kernels" && find . -type f ! -name index) | sed 's|^\./||' | while IFS= read -r name; do
        grep -qxF "$name" "$logs/names" || rm -f "$kernels/$name" "$logs/$name.key" "$logs/$name.log"
    done
}

if [ "$1" = --one ]; then
    nvcc=$2 sources=$3 kernels=$4 logs=$5
    compile "$6" "$7" "$8" "$9" || exit 255
    exit 0
fi

sources=$1 kernels=$2/org/samfast/cuda/kernels logs=$3 architectures=$4
find_nvcc
if [ -z "$nvcc" ]; then
    echo "nvcc is not found (PATH, CUDA_HOME, /usr/local/cuda): this build has no CUDA kernels; install the CUDA toolkit 13 for them"
    rm -rf "$kernels"
    exit 0
fi
mkdir -p "$kernels" "$logs"
: >"$logs/names"
common=$(common_key)
list_work >"$logs/work"
remove_stale
xargs -r -P "$jobs" -L 1 sh "$0" --one "$nvcc" "$sources" "$kernels" "$logs" <"$logs/work"
# what the jar holds; an empty list is no kernels
if [ -s "$logs/names" ]; then LC_ALL=C sort "$logs/names" >"$kernels/index"; else rm -f "$kernels/index"; fi
