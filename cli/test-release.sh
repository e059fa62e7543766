#!/bin/sh
# test-release.sh OUT VERSION PHOTO REBUILD...: checks the release in OUT as a stranger meets it: unpacked elsewhere, no Java on
# the PATH, no right to write into it. REBUILD is the command of build-release.sh that made it, less OUT, as words with
# OUT written as @: run once more, it has to give the same bytes. Packaging is repeated, not compilation.
set -eu

out=$1 version=$2 photo=$3
shift 3
name=sam-$version
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
export LC_ALL=C
chmod 755 "$work"

fail() {
    echo "test-release.sh: $1" >&2
    exit 1
}

# a user without write permission where we are root, else a folder that nobody may write to
sam() {
    if [ "$(id -u)" = 0 ]; then
        setpriv --reuid=65534 --regid=65534 --clear-groups \
            env -i PATH=/usr/bin:/bin HOME="$work/user" SAM_CACHE_DIR="$work/user/cache" "$work/moved/$name/bin/sam" "$@"
    else
        env -i PATH=/usr/bin:/bin HOME="$work/user" SAM_CACHE_DIR="$work/user/cache" "$work/moved/$name/bin/sam" "$@"
    fi
}

now() { date +%s%N; }

# the least of up to twenty runs, in milliseconds; it ends early once it is within the limit: a busy machine delays a run, but
# nothing makes one faster than it is
least_of_runs() {
    limit=$1
    shift
    best=999999 runs=0
    while [ "$runs" -lt 20 ] && { [ "$runs" -lt 5 ] || [ "$best" -gt "$limit" ]; }; do
        runs=$((runs + 1))
        start=$(now)
        "$@" >"$work/stdout" 2>"$work/stderr" || fail "$*: $(cat "$work/stderr")"
        took=$((($(now) - start) / 1000000))
        [ "$took" -ge "$best" ] || best=$took
    done
    echo "$best"
}

at_most() {
    echo "$1: $2 (limit $3)"
    [ "$2" -le "$3" ] || fail "$1: $2, more than $3; the load is $(cut -d ' ' -f 1 /proc/loadavg) on $(nproc) cores: measure on a quiet machine"
}

at_most "archive, bytes" "$(wc -c <"$out/$name.tar.gz")" 120000000
mkdir -p "$work/moved" "$work/user"
chmod 777 "$work/user"
tar -xzf "$out/$name.tar.gz" -C "$work/moved"
chmod -R a-w "$work/moved"
cp "$photo" "$work/user/photo.jpg"
chmod 644 "$work/user/photo.jpg"

(cd "$work/moved" && sha256sum --quiet -c "$out/SHA256SUMS" "$out/SHA256SUMS.aot") || fail "files differ from the list"
at_most "sam --help, ms" "$(least_of_runs 250 sam --help)" 250
at_most "first mask, ms" "$(least_of_runs 2000 sam segment "$work/user/photo.jpg" --points 400,270 --out "$work/user")" 2000
[ -s "$work/user/photo.mask.png" ] || fail "no mask was written"

# without its ahead-of-time cache, and with one that the JVM has to refuse
sam --help >"$work/with"
chmod u+w "$work/moved/$name/lib" "$work/moved/$name/lib/sam.aot"
for broken in absent refused; do
    case $broken in
        absent) mv "$work/moved/$name/lib/sam.aot" "$work/aot" ;;
        refused) head -c 100000 "$work/aot" >"$work/moved/$name/lib/sam.aot" && chmod 644 "$work/moved/$name/lib/sam.aot" ;;
    esac
    at_most "sam --help, cache $broken, ms" "$(least_of_runs 400 sam --help)" 400
    cmp "$work/with" "$work/stdout" || fail "cache $broken: stdout differs"
done

if [ -f "$out/$name-ort-cuda.tar.gz" ]; then
    mkdir "$work/cuda"
    tar -tzf "$out/$name-ort-cuda.tar.gz" | sort >"$work/cuda/names"
    tar -tzf "$out/$name.tar.gz" | sort | comm -3 - "$work/cuda/names" | tr -d '\t' >"$work/cuda/more"
    grep -q '/onnxruntime-cuda/libonnxruntime_providers_cuda.so$' "$work/cuda/more" || fail "the CUDA archive has no CUDA provider"
    ! grep -v '/lib/native/onnxruntime-cuda/' "$work/cuda/more" || fail "the CUDA archive differs in more than its natives"
fi

again=$work/again
mkdir "$again"
for word in "$@"; do
    shift
    [ "$word" = @ ] && set -- "$@" "$again" || set -- "$@" "$word"
done
"$@"
cmp "$out/SHA256SUMS" "$again/SHA256SUMS" || fail "two builds differ: $(diff "$out/SHA256SUMS" "$again/SHA256SUMS" | head -n 6)"
echo "two builds gave the same bytes; apart from them: $(cat "$out/SHA256SUMS.aot")"
