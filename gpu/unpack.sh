# Sourced by run-tests and sam: sets root, pack (what gpu/pack made), home (a folder for what is made here) and java, whose
# runtime is unpacked into home once.
root=$(cd "$(dirname "$0")/.." && pwd -P)
pack=$root/target/gpu
homes=${SAM_GPU_HOME:-${TMPDIR:-/tmp}/sam-gpu-$(id -u)}

[ -f "$pack/jdk.tar.xz" ] || {
    echo "gpu: $pack is not there: make it by gpu/pack on a machine with JDK 25, Maven and nvcc, and bring it along" >&2
    exit 4
}
mkdir -m 700 "$homes" 2>/dev/null || [ -O "$homes" ] || {
    echo "gpu: expected $homes to be a folder of this user's: name another in SAM_GPU_HOME" >&2
    exit 4
}

unpack() {
    if command -v xz >/dev/null; then
        tar -xJf "$pack/jdk.tar.xz" -C "$1"
    else
        python3 -c 'import sys, tarfile; tarfile.open(sys.argv[1]).extractall(sys.argv[2])' "$pack/jdk.tar.xz" "$1"
    fi
}

# Named by what it was made of, and there only when complete: of several that start at once the first to move wins
home=$homes/$(sha256sum <"$pack/jdk.key" | cut -c 1-16)
if [ ! -d "$home" ]; then
    made=$(mktemp -d "$homes/new.XXXXXX")
    unpack "$made"
    mv -T "$made" "$home" 2>/dev/null || rm -rf "$made"
fi
# What no run has used for a week is of older packs, or of a run that was killed while it unpacked
touch "$home"
hex=[0-9a-f]
hex4=$hex$hex$hex$hex
find "$homes" -mindepth 1 -maxdepth 1 -type d -mtime +7 \( -name "$hex4$hex4$hex4$hex4" -o -name 'new.??????' \) -exec rm -rf {} +
java=$home/gpu-jdk/bin/java
