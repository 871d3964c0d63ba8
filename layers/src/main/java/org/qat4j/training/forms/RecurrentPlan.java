package org.qat4j.training.forms;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.qat4j.layers.recurrent.FastEmbeddingSequence;
import org.qat4j.layers.recurrent.FastGravesLstm;
import org.qat4j.layers.recurrent.FastLstm;
import org.qat4j.layers.recurrent.FastRnnOutput;
import org.qat4j.layers.recurrent.FastSimpleRnn;
import org.qat4j.layers.recurrent.WeightQuantizing;
import org.qat4j.quantizers.WeightScheme;
import org.qat4j.training.network.Stage;

/**
 * What becomes of a recurrent network: its layers one by one, each where it stood. Its activations
 * stay real, so nothing is fused, no layer needs codes from the one before it, and layers that have
 * no fast form stay as they are.
 */
@SuppressWarnings("deprecation") // Networks have GravesLSTM.
public final class RecurrentPlan {
  private RecurrentPlan() {}

  /** Whether a network, prepared or not, steps through sequences. */
  public static boolean isRecurrent(List<Stage> stages) {
    return stages.stream().anyMatch(stage -> isRecurrent(stage.conf()));
  }

  private static boolean isRecurrent(Serializable conf) {
    return conf instanceof BaseRecurrentLayer
        || conf instanceof EmbeddingSequenceLayer
        || conf instanceof RnnOutputLayer
        || conf instanceof Bidirectional
        || (conf instanceof BaseWrapperLayer wrapper && isRecurrent(wrapper.getUnderlying()))
        || (conf instanceof FrozenLayer frozen && isRecurrent(frozen.getLayer()));
  }

  /** Whether it is one that was prepared. */
  public static boolean isPrepared(List<Stage> stages) {
    return stages.stream().anyMatch(stage -> parts(stage.conf()).anyMatch(RecurrentPlan::isFast));
  }

  private static boolean isFast(Layer layer) {
    return layer instanceof WeightQuantizing || layer instanceof FastEmbeddingSequence;
  }

  /**
   * The plan of a prepared network.
   *
   * @throws IllegalArgumentException if the network is prepared already
   * @throws UnsupportedLayerException if none of its layers has a fast form
   */
  static List<Prepared> plan(List<Stage> original) {
    if (isPrepared(original)) {
      throw new IllegalArgumentException(
          "this network is prepared already: prepare its original, which Qat.restore gives back");
    }
    List<Prepared> plan = original.stream().map(RecurrentPlan::prepared).toList();
    if (!isPrepared(plan.stream().map(Prepared::stage).toList())) {
      Stage first =
          original.stream().filter(stage -> isRecurrent(stage.conf())).findFirst().orElseThrow();
      throw new UnsupportedLayerException(
          first, "has no fast form, and no other layer of its network has");
    }
    return plan;
  }

  private static Prepared prepared(Stage stage) {
    return stage.conf() instanceof Layer layer
        ? new Prepared(stage, stage.with(fast(layer)), List.of(Origin.of(stage)))
        : new Prepared(stage, stage, List.of());
  }

  /** The fast form of a layer, or the layer itself where it has none. */
  private static Layer fast(Layer layer) {
    if (layer.getClass() == LSTM.class) {
      return new FastLstm((LSTM) layer);
    }
    if (layer.getClass() == GravesLSTM.class) {
      return new FastGravesLstm((GravesLSTM) layer);
    }
    if (layer.getClass() == SimpleRnn.class && !((SimpleRnn) layer).hasLayerNorm()) {
      return new FastSimpleRnn((SimpleRnn) layer);
    }
    if (layer.getClass() == RnnOutputLayer.class) {
      return new FastRnnOutput((RnnOutputLayer) layer);
    }
    if (layer.getClass() == EmbeddingSequenceLayer.class
        && FastEmbeddingSequence.has((EmbeddingSequenceLayer) layer)) {
      return new FastEmbeddingSequence((EmbeddingSequenceLayer) layer);
    }
    return fastInside(layer);
  }

  private static Layer fastInside(Layer layer) {
    if (layer.getClass() == Bidirectional.class) {
      Bidirectional inside = (Bidirectional) layer.clone();
      inside.setFwd(fast(inside.getFwd()));
      inside.setBwd(fast(inside.getBwd()));
      return inside;
    }
    return layer.getClass() == LastTimeStep.class
        ? new LastTimeStep(fast(((LastTimeStep) layer).getUnderlying()))
        : layer;
  }

  /** A layer and the layers inside it. */
  private static Stream<Layer> parts(Serializable conf) {
    if (conf instanceof Bidirectional both) {
      return Stream.of(both.getFwd(), both.getBwd()).flatMap(RecurrentPlan::parts);
    }
    if (conf instanceof BaseWrapperLayer wrapper) {
      return parts(wrapper.getUnderlying());
    }
    if (conf instanceof FrozenLayer frozen) {
      return parts(frozen.getLayer());
    }
    return conf instanceof Layer layer ? Stream.of(layer) : Stream.empty();
  }

  /** The layers of a stage whose weights may have codes: two of a bidirectional one. */
  public static List<WeightQuantizing> weighted(Stage prepared) {
    return parts(prepared.conf())
        .filter(WeightQuantizing.class::isInstance)
        .map(WeightQuantizing.class::cast)
        .toList();
  }

  /** A layer or vertex of a prepared network for a person. */
  public static Description describe(Stage prepared) {
    Optional<WeightScheme> weights =
        weighted(prepared).stream().map(layer -> layer.getQuantization().weights()).findFirst();
    boolean fast = parts(prepared.conf()).anyMatch(RecurrentPlan::isFast);
    return new Description(
        original(prepared.conf()).getSimpleName(),
        List.of(),
        Description.Scale.NONE,
        fast
            ? "trains fast; its activations stay real"
            : "has no fast form, so it stays Deeplearning4j's own",
        weights);
  }

  /** The class of a layer or vertex, prepared or not, in the network that was prepared. */
  public static Class<?> original(Serializable conf) {
    Class<?> type = conf.getClass();
    return conf instanceof Layer layer && isFast(layer) ? type.getSuperclass() : type;
  }
}
