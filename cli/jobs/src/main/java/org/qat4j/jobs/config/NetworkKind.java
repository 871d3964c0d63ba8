package org.qat4j.jobs.config;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The networks that a job can train. */
public enum NetworkKind {
  /** Two convolutions with batch-norm, ReLU and max pooling, two dense layers; 1x28x28 images. */
  @JsonProperty("lenet")
  LENET,
  /** Twenty layers in nine residual blocks; 3x32x32 images. */
  @JsonProperty("resnet20")
  RESNET20
}
