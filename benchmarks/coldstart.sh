#!/usr/bin/env bash
# Loading a model and computing its first image in fresh JVMs: coldstart.sh [MODEL] [OPTIONS]
# MODEL takes one image of 1x28x28; default ../shared/peers/models/L_qdq_u8_f.onnx. Options: --runs 7 --heap 64
# The class path of the measured JVMs holds qat-core and what it needs at run time, as in a deployment.
set -euo pipefail
root=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
model=$root/../shared/peers/models/L_qdq_u8_f.onnx
if [ $# -gt 0 ] && [ "${1#--}" = "$1" ]; then
  model=$1
  shift
fi
[ -f "$model" ] || { printf 'coldstart.sh: there is no file %s; name a model file\n' "$model" >&2; exit 1; }
model=$(realpath -- "$model")
cd "$root"
./mvnw -q -B -pl qat-core,benchmarks -am -DskipTests -Dspotless.check.skip=true \
  package dependency:build-classpath -Dmdep.outputFile=target/benchmark.classpath -DincludeScope=runtime
deployed="$root/qat-core/target/classes:$root/benchmarks/target/classes:$(cat qat-core/target/benchmark.classpath)"
CLASSPATH="benchmarks/target/classes:$(cat benchmarks/target/benchmark.classpath)"
export CLASSPATH
exec java org.qat4j.benchmarks.ColdStart --model "$model" --class-path "$deployed" "$@"
