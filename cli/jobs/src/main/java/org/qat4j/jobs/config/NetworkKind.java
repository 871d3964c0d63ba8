package org.qat4j.jobs.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Arrays;
import java.util.Optional;

/** The networks that a job can train by their names. */
public enum NetworkKind {
  /** Two convolutions with batch-norm, ReLU and max pooling, two dense layers; 1x28x28 images. */
  @JsonProperty("lenet")
  LENET,
  /** Twenty layers in nine residual blocks; 3x32x32 images. */
  @JsonProperty("resnet20")
  RESNET20;

  /** The one of that name. */
  public static Optional<NetworkKind> named(String name) {
    return Arrays.stream(values()).filter(kind -> ConfigNames.of(kind).equals(name)).findFirst();
  }
}
