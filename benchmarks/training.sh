#!/usr/bin/env bash
# Training steps of LeNet and ResNet-20: training.sh [THREADS] [ROUNDS]
# Stock Deeplearning4j in float, our kernels in float and under quantization-aware training, and PyTorch beside them where
# Debian's python3-torch is installed; each in a process of its own. Prints a table and writes benchmarks/out/training.json.
set -euo pipefail
root=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
threads=${1:-2}
rounds=${2:-15}
cd "$root"
./mvnw -q -B -pl benchmarks -am -DskipTests -Dspotless.check.skip=true \
  package dependency:build-classpath -Dmdep.outputFile=target/benchmark.classpath -Dmdep.includeScope=runtime
mkdir -p benchmarks/out
pytorch=()
if /usr/bin/python3 -c 'import torch' 2>/dev/null; then
  OMP_NUM_THREADS=$threads /usr/bin/python3 benchmarks/pytorch_training.py "$threads" "$rounds" >benchmarks/out/pytorch.txt
  pytorch=(benchmarks/out/pytorch.txt)
else
  echo 'training.sh: without PyTorch (apt-get install python3-torch adds it)' >&2
fi
CLASSPATH="benchmarks/target/classes:$(cat benchmarks/target/benchmark.classpath)"
export CLASSPATH
OMP_NUM_THREADS=$threads exec java -Dorg.bytedeco.javacpp.logger=slf4j org.qat4j.benchmarks.TrainingBenchmark "$threads" "$rounds" benchmarks/out/training.json "${pytorch[@]}"
