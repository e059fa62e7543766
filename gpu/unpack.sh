# Sourced by run-tests and sam: sets root, pack (what gpu/pack made) and java, whose runtime is unpacked once.
root=$(cd "$(dirname "$0")/.." && pwd -P)
pack=$root/target/gpu
home=${SAM_GPU_HOME:-${TMPDIR:-/tmp}/sam-gpu-$(id -u)}

[ -f "$pack/jdk.tar.xz" ] || {
    echo "gpu: $pack is not there: make it by gpu/pack on a machine with JDK 25, Maven and nvcc, and bring it along" >&2
    exit 4
}
if ! cmp -s "$pack/jdk.key" "$home/jdk.key"; then
    rm -rf "$home"
    mkdir -m 700 "$home"
    if command -v xz >/dev/null; then
        tar -xJf "$pack/jdk.tar.xz" -C "$home"
    else
        python3 -c 'import sys, tarfile; tarfile.open(sys.argv[1]).extractall(sys.argv[2])' "$pack/jdk.tar.xz" "$home"
    fi
    cp "$pack/jdk.key" "$home/jdk.key"
fi
java=$home/gpu-jdk/bin/java
