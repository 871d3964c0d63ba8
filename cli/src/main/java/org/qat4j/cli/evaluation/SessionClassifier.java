package org.qat4j.cli.evaluation;

import org.qat4j.cli.data.Images;
import org.qat4j.cli.data.InputScaling;
import org.qat4j.cli.data.Inputs;
import org.qat4j.cli.error.UserException;
import org.qat4j.inference.InferenceSession;

/**
 * The integer network on its own runtime. A network that takes uint8 codes gets the pixels as they
 * are. The caller owns the session.
 */
public record SessionClassifier(InferenceSession session) implements Classifier {
  @Override
  public float[] scores(Inputs inputs, int from, int to) {
    return session.inputs().get(0).isCodes()
        ? session.run(pixels(inputs).pixels(from, to), to - from)
        : session.run(inputs.scaled(from, to), to - from);
  }

  private static Images pixels(Inputs inputs) {
    if (inputs instanceof Images images && images.scaling().equals(InputScaling.NONE)) {
      return images;
    }
    throw new UserException(
        "the model takes pixels as they are, so that --white, --mean and --std have no effect;"
            + " leave them out");
  }
}
