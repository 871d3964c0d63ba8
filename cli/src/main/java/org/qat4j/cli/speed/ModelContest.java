package org.qat4j.cli.speed;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * One call of a model file, here and on ONNX Runtime: first compared, then measured in turns.
 *
 * @param timings this project's first, ONNX Runtime's second if it takes part, then the others
 * @param agreement with ONNX Runtime in words; empty if it does not take part
 */
public record ModelContest(List<Timing> timings, String agreement) {
  /** Name of this project. */
  public static final String OWN = "qat4j";

  /** Name of ONNX Runtime on the same file. */
  public static final String ONNX_RUNTIME = "ort-int8";

  public ModelContest {
    timings = List.copyOf(timings);
  }

  /** Starts another engine. */
  @FunctionalInterface
  public interface Starter {
    EngineProcess start() throws IOException;
  }

  /** Measures this project alone. */
  public static ModelContest alone(ModelCall call, Turns turns) throws IOException {
    try (EngineProcess own = call.on(ModelRuntime.QAT4J, OWN)) {
      return new ModelContest(timings(turns, List.of(own)), "");
    }
  }

  /**
   * Measures this project, ONNX Runtime on the same file, and others.
   *
   * @throws IllegalStateException if this project and ONNX Runtime find another class for an image,
   *     or another code where this project wrote the file
   */
  public static ModelContest againstOnnxRuntime(ModelCall call, Turns turns, List<Starter> others)
      throws IOException {
    String codes =
        CodeAgreement.isOwn(call.model()) ? ", " + CodeAgreement.of(call).requireEqual() : "";
    List<EngineProcess> engines = new ArrayList<>();
    try {
      engines.add(call.on(ModelRuntime.QAT4J, OWN));
      engines.add(call.on(ModelRuntime.ONNXRUNTIME, ONNX_RUNTIME));
      for (Starter other : others) {
        engines.add(other.start());
      }
      Agreement agreement =
          Agreement.of(engines.get(0).results(), engines.get(1).results(), call.batch())
              .requireSameClasses(call.model() + ", batch " + call.batch());
      return new ModelContest(timings(turns, engines), agreement + codes);
    } finally {
      engines.forEach(EngineProcess::close);
    }
  }

  private static List<Timing> timings(Turns turns, List<EngineProcess> engines) {
    List<Samples> samples = turns.milliseconds(engines);
    List<Timing> timings = new ArrayList<>();
    for (int e = 0; e < samples.size(); e++) {
      timings.add(new Timing(engines.get(e).name(), samples.get(e)));
    }
    return timings;
  }

  /** This project's times. */
  public Timing own() {
    return timings.get(0);
  }

  /** Those of the other engines. */
  public List<Timing> others() {
    return timings.subList(1, timings.size());
  }
}
