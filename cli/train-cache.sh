#!/bin/sh
# train-cache.sh HOME PHOTO: makes HOME/lib/sam.aot, the ahead-of-time cache of the distribution in HOME: what sam's commands need
# at their start, from one run of them as the launcher starts it. Of segment there are two, the first of which fills its cache of graphs.
# Without profiles of methods: with them the JVM's optimizing compiler takes longer than the run.
set -eu

home=$1 photo=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

rm -f "$home/lib/sam.aot"
# with CUDA's natives beside them ONNX Runtime would not compute on a machine without a GPU
[ ! -d "$home/lib/native/onnxruntime-cuda" ] || export SAM_ORT_PATH="$home/lib/native/onnxruntime"
SAM_CACHE_DIR=$work/cache \
    SAM_JAVA_OPTS="-XX:AOTCacheOutput=$home/lib/sam.aot -XX:+UnlockDiagnosticVMOptions -XX:-AOTRecordTraining -Dsam.rehearsal=then" \
    "$home/bin/sam" --help then segment --help then --version then backends then info "$home/share/models/sam_vit_t.bf16.safetensors" then \
    segment "$photo" --points 400,270 --out "$work" then segment "$photo" --points 400,270 --out "$work" \
    >"$work/log" 2>&1 || {
    cat "$work/log" >&2
    exit 1
}
[ -f "$home/lib/sam.aot" ] || {
    echo "train-cache.sh: the JVM made no ahead-of-time cache" >&2
    exit 1
}
