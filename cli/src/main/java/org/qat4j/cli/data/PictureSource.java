package org.qat4j.cli.data;

import java.util.Optional;

/** Images of files, which are decoded when they are asked for. */
public abstract sealed class PictureSource implements InputSource permits ImageFolder, IdxImages {
  private final Target target;

  PictureSource(Target target) {
    this.target = target;
  }

  /**
   * What a network takes.
   *
   * @param images that are its inputs
   * @param scaling what it sees of a byte
   * @param flat whether it takes the images as features
   */
  public record Target(PictureFit images, InputScaling scaling, boolean flat) {}

  abstract Picture picture(int image);

  /** The image's name for messages. */
  abstract String where(int image);

  @Override
  public final Optional<int[]> labels() {
    return Optional.empty();
  }

  @Override
  public final Inputs inputs(int from, int to) {
    PictureStack stack = new PictureStack(to - from, target.images());
    for (int i = from; i < to; i++) {
      stack.add(where(i), picture(i));
    }
    return stack.images(target.scaling(), target.flat());
  }
}
