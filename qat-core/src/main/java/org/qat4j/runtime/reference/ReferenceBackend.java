package org.qat4j.runtime.reference;

import java.util.Optional;
import org.qat4j.runtime.Backend;
import org.qat4j.runtime.Binding;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.Kernel;
import org.qat4j.runtime.Region;
import org.qat4j.runtime.Step;

/** The scalar definition of every operation. */
public final class ReferenceBackend implements Backend {
  private record Scalar(Region region, Definition definition) implements Kernel {
    @Override
    public String name() {
      return definition.name();
    }

    @Override
    public Step bind(Binding binding) {
      Buffer[] inputs =
          region.graph().inputsOf(region.first()).stream()
              .map(binding::buffer)
              .toArray(Buffer[]::new);
      return definition.loop().bind(region.first().op(), inputs, binding.buffer(region.output()));
    }
  }

  @Override
  public String name() {
    return "reference";
  }

  @Override
  public String description() {
    return "plain scalar Java loops, the definition of the arithmetic";
  }

  @Override
  public Optional<String> absence() {
    return Optional.empty();
  }

  @Override
  public int preference() {
    return 0;
  }

  @Override
  public boolean completesOthers() {
    return true;
  }

  @Override
  public Optional<Kernel> kernel(Region region) {
    return region.nodes().size() == 1
        ? Definition.of(region.first().op().getClass(), region.input().arithmetic())
            .map(definition -> new Scalar(region, definition))
        : Optional.empty();
  }
}
