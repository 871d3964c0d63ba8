#!/usr/bin/env bash
# Evaluation of a word-level LSTM model: recurrent.sh [OPTIONS]
# A vocabulary of 33,278 words, an embedding of 512, five LSTM layers of 256 and a decoder, with random weights; 20 texts of 35
# words. Stock Deeplearning4j in float, our session in float and dynamically quantized, ONNX Runtime on the same files, and PyTorch
# from Java; each in a process of its own. The first run fetches PyTorch and MKL (300 MB).
# Options: --threads 1 --rounds 7 --warm-up 4 --words N --embedding N --hidden N --layers N; --no-pytorch first leaves PyTorch out
# Prints a table and writes benchmarks/out/recurrent.json.
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
exec java org.qat4j.benchmarks.RecurrentBenchmark \
  --out benchmarks/out/recurrent.json "${pytorch[@]}" "$@"
