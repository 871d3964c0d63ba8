#!/usr/bin/env bash
# Training steps of LeNet and ResNet-20: training.sh [OPTIONS]
# Stock Deeplearning4j in float, our kernels in float and under quantization-aware training, and PyTorch from Java in float32,
# bfloat16 and quantization-aware; each in a process of its own. The first run fetches PyTorch and MKL (300 MB).
# Options: --networks LENET,RESNET20 --threads 2 --rounds 15 --warm-up 8 --report docs; --no-pytorch first leaves PyTorch out
# Prints a table and writes benchmarks/out/training.json; with --report also training-benchmarks.md in that folder.
set -euo pipefail
root=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
pytorch=()
if [ "${1:-}" = --no-pytorch ]; then
  shift
else
  ./mvnw -q -B -Ppytorch -pl benchmarks/pytorch dependency:build-classpath \
    -Dmdep.outputFile="$root/benchmarks/target/pytorch.classpath"
  pytorch=(--pytorch "$(cat benchmarks/target/pytorch.classpath)")
fi
./mvnw -q -B -pl benchmarks -am -DskipTests -Dspotless.check.skip=true \
  package dependency:build-classpath -Dmdep.outputFile=target/benchmark.classpath -DincludeScope=runtime
CLASSPATH="benchmarks/target/classes:$(cat benchmarks/target/benchmark.classpath)"
export CLASSPATH
exec java org.qat4j.benchmarks.TrainingBenchmark \
  --out benchmarks/out/training.json "${pytorch[@]}" "$@"
