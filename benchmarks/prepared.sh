#!/usr/bin/env bash
# Inference of a prepared LeNet in Deeplearning4j against a session of the converted model: prepared.sh [OPTIONS]
# Both in one process, in turns; processor time of the one thread that computes. Options: --batch 64 --rounds 300 --warm-up 1000
set -euo pipefail
root=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
./mvnw -q -B -pl benchmarks -am -DskipTests -Dspotless.check.skip=true \
  package dependency:build-classpath -Dmdep.outputFile=target/benchmark.classpath -DincludeScope=runtime
CLASSPATH="benchmarks/target/classes:$(cat benchmarks/target/benchmark.classpath)"
export CLASSPATH OMP_NUM_THREADS=1 OPENBLAS_THREAD_TIMEOUT=4
exec java org.qat4j.benchmarks.InferenceOfPrepared "$@"
