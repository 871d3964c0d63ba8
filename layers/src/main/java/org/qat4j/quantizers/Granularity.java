package org.qat4j.quantizers;

import java.io.Serializable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.nd4j.shade.jackson.annotation.JsonSubTypes;
import org.nd4j.shade.jackson.annotation.JsonTypeInfo;

/** Which weights share a scale. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Granularity.PerChannel.class, name = "perChannel"),
  @JsonSubTypes.Type(value = Granularity.PerGroup.class, name = "perGroup")
})
public sealed interface Granularity extends Serializable {
  Granularity CHANNEL = new PerChannel();
  Granularity TENSOR = new PerGroup(1);

  /**
   * How many scales so many output channels have.
   *
   * @throws IllegalArgumentException if the channels cannot be shared out evenly
   */
  int groupsOf(long outChannels);

  /** Those of one output channel. */
  record PerChannel() implements Granularity {
    @Override
    public int groupsOf(long outChannels) {
      return Math.toIntExact(outChannels);
    }

    @Override
    public String toString() {
      return "per channel";
    }
  }

  /**
   * Those of a run of output channels.
   *
   * @param count how many equal runs there are, at least 1; 1 is per tensor
   */
  record PerGroup(@JsonProperty("count") int count) implements Granularity {
    @JsonCreator
    public PerGroup {
      if (count < 1) {
        throw new IllegalArgumentException("weight groups must be >= 1, got " + count);
      }
    }

    @Override
    public int groupsOf(long outChannels) {
      if (outChannels % count != 0) {
        throw new IllegalArgumentException(
            outChannels + " output channels cannot be shared out evenly to " + count + " groups");
      }
      return count;
    }

    @Override
    public String toString() {
      return count == 1 ? "per tensor" : "per " + count + " groups";
    }
  }
}
