#!/usr/bin/env bash
# INT8 inference against ONNX Runtime and Deeplearning4j: inference.sh [MODELS] [OPTIONS]
# MODELS holds X_qdq_u8_f.onnx, X_fp32.onnx and X.io for X in L, R, V; default ../shared/peers/models.
# Each engine has a process of its own.
# Options: --networks L,R --batches 1,32 --threads 1,2 --rounds 7 --seconds 0.3 --warm-up 2 --report docs
# Prints a table and writes benchmarks/out/inference.json; with --report also benchmarks.md and benchmarks.svg in that folder.
set -euo pipefail
root=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
models=$root/../shared/peers/models
if [ $# -gt 0 ] && [ "${1#--}" = "$1" ]; then
  models=$1
  shift
fi
[ -d "$models" ] || { printf 'inference.sh: there is no folder %s; name the models'"'"' folder\n' "$models" >&2; exit 1; }
models=$(realpath -- "$models")
cd "$root"
./mvnw -q -B -pl benchmarks -am -DskipTests -Dspotless.check.skip=true \
  package dependency:build-classpath -Dmdep.outputFile=target/benchmark.classpath -DincludeScope=runtime
# Not on the command line: ONNX Runtime 1.29 crashes the JVM where that is longer than 4096 characters.
CLASSPATH="benchmarks/target/classes:$(cat benchmarks/target/benchmark.classpath)"
export CLASSPATH
exec java org.qat4j.benchmarks.InferenceBenchmark --models "$models" --out benchmarks/out/inference.json "$@"
