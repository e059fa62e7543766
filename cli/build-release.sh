#!/bin/sh
# build-release.sh DISTRIBUTION JDK OUT VERSION TIMESTAMP PHOTO [ORT_CUDA]: from the distribution that the cli module made, the folder
# OUT/sam-VERSION with a Java runtime of its own, OUT/sam-VERSION.tar.gz, and OUT/SHA256SUMS of every file in it but the
# ahead-of-time cache and the runtime's class archives, which the JVM dumps differently each time: OUT/SHA256SUMS.aot. ORT_CUDA is a folder with ONNX
# Runtime's CUDA natives: then there is OUT/sam-VERSION-ort-cuda.tar.gz too. Needs GNU tar, zip and unzip.
set -eu
export LC_ALL=C TZ=UTC

distribution=$1 jdk=$2 out=$3 version=$4 timestamp=$5 photo=$6 ort_cuda=${7:-}
name=sam-$version
home=$out/$name
modules=java.base,java.desktop,java.logging,java.management,java.net.http,jdk.unsupported,jdk.incubator.vector,jdk.crypto.ec

fail() {
    echo "build-release.sh: $1" >&2
    exit 1
}

require_kernels() {
    kernels=$(unzip -Z1 "$1"/lib/samfast-backend-cuda-*.jar)
    for target in sm_80.cubin sm_86.cubin sm_89.cubin sm_90a.cubin compute_80.ptx; do
        case $kernels in
            *".$target"*) ;;
            *) fail "the CUDA backend holds no kernel for $target: put nvcc 13 on the PATH and build with -Pdist" ;;
        esac
    done
}

# natives of other platforms: this archive's are unpacked in lib/native
strip_natives() {
    zip -q -d "$home"/lib/onnxruntime-*.jar 'ai/onnxruntime/native/*'
}

make_runtime() {
    "$jdk/bin/jlink" --add-modules "$modules" --strip-debug --no-header-files --no-man-pages --generate-cds-archive \
        --output "$home/runtime"
}

list_files() {
    (cd "$out" && find "$name" -type f ! -name sam.aot ! -name '*.jsa' | sort | xargs sha256sum) >"$out/SHA256SUMS"
    (cd "$out" && sha256sum "$name/lib/sam.aot" "$name"/runtime/lib/server/*.jsa) >"$out/SHA256SUMS.aot"
}

archive() {
    tar -C "$out" --sort=name --mtime="$timestamp" --owner=0 --group=0 --numeric-owner --mode=u+rw,go+r,go-w \
        -cf - "$name" | gzip -n >"$out/$1.tar.gz.new"
    mv "$out/$1.tar.gz.new" "$out/$1.tar.gz"
}

require_kernels "$distribution"
rm -rf "$home" "$out/$name"*.tar.gz
mkdir -p "$out"
cp -R "$distribution" "$home"
rm -rf "$home/BUILT" "$home/lib/sam.aot" "$home/lib/native/onnxruntime-cuda"
strip_natives
make_runtime
# the cache holds the times of the jars
find "$home" -exec touch -h -d "$timestamp" {} +
sh "$(dirname "$0")/train-cache.sh" "$home" "$photo"
list_files
archive "$name"
if [ -n "$ort_cuda" ]; then
    [ -f "$ort_cuda/libonnxruntime_providers_cuda.so" ] || fail "$ort_cuda: no libonnxruntime_providers_cuda.so in it"
    mkdir "$home/lib/native/onnxruntime-cuda"
    cp "$ort_cuda"/*.so "$home/lib/native/onnxruntime-cuda/"
    archive "$name-ort-cuda"
    rm -r "$home/lib/native/onnxruntime-cuda"
fi
