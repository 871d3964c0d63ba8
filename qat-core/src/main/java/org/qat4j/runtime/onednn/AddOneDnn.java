package org.qat4j.runtime.onednn;

import java.util.ArrayList;
import java.util.List;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Tensor;
import org.qat4j.runtime.Binding;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.Kernel;
import org.qat4j.runtime.NativeScope;
import org.qat4j.runtime.Step;

/** Element-wise sum of 8-bit codes. */
record AddOneDnn(Clip clip, Tensor a, Tensor b, Tensor to) implements Kernel {
  @Override
  public String name() {
    return "add";
  }

  @Override
  public Step bind(Binding binding) {
    return NativeScope.filled(scope -> bind(scope, binding));
  }

  private Step bind(NativeScope scope, Binding binding) {
    List<Primitive> primitives = new ArrayList<>();
    Buffer output = binding.buffer(to);
    Sums.Term left = term(scope, binding.buffer(a), output, primitives);
    Sums.Term right = term(scope, binding.buffer(b), output, primitives);
    primitives.add(Sums.add(scope, left, right, clip, output));
    return new NativeStep(scope, primitives.toArray(Primitive[]::new));
  }

  /** The operand as it is, or finished by one more primitive. */
  static Sums.Term term(
      NativeScope scope, Buffer operand, Buffer output, List<Primitive> primitives) {
    Addend addend = Addend.of(operand.tensor(), output.tensor());
    if (addend.zero() == 0) {
      return Sums.codes(scope, operand, addend);
    }
    Sums.Term finished = Sums.finished(scope, operand);
    primitives.addAll(Sums.finish(scope, operand, addend, finished));
    return finished;
  }
}
