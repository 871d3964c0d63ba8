package org.qat4j.runtime.onednn;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.BytePointer;
import org.qat4j.graph.RecurrentOp;
import org.qat4j.graph.Tensor;
import org.qat4j.runtime.Binding;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.Kernel;
import org.qat4j.runtime.NativeScope;
import org.qat4j.runtime.Step;
import org.qat4j.runtime.recurrent.DynamicCodes;
import org.qat4j.runtime.recurrent.Recurrence;

/**
 * Recurrent layer of dynamic codes: one product for all steps of what is read, then at each step
 * one for the results of the step before, both for the whole batch.
 */
final class RecurrentOneDnn implements Kernel {
  private final RecurrentOp op;
  private final List<Tensor> operands;
  private final Tensor to;
  private final DynamicProduct input;
  private final DynamicProduct recurrent;

  RecurrentOneDnn(RecurrentOp op, List<Tensor> operands, Tensor to) {
    this.op = op;
    this.operands = operands;
    this.to = to;
    this.input = new DynamicProduct(op.input().dynamicCodes());
    this.recurrent = new DynamicProduct(op.recurrent().dynamicCodes());
  }

  @Override
  public String name() {
    return op.getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }

  @Override
  public long workspaceBytes(int batch) {
    return input.sumBytes(batch * operands.get(0).shape().height());
  }

  @Override
  public Step bind(Binding binding) {
    return NativeScope.filled(scope -> new Layer(scope, binding));
  }

  /** The layer bound to a batch. */
  private final class Layer implements Step, Recurrence.Sums {
    private final NativeScope scope;
    private final Buffer sequence;
    private final int batch;
    private final int steps;
    private final DynamicProduct.Bound ofSequence;
    private final DynamicProduct.Bound ofResults;
    private final ByteBuffer resultCodes;
    private final byte[] codes;
    private final float[] scales;
    private final int[] zeros;
    private final DynamicCodes quantizer;
    private final Recurrence recurrence;

    Layer(NativeScope scope, Binding binding) {
      Buffer[] inputs = binding.buffers(operands);
      this.scope = scope;
      this.sequence = inputs[0];
      this.batch = binding.batch();
      this.steps = sequence.shape().height();
      BytePointer sums = binding.workspace().orElseThrow().pointer();
      this.ofSequence = input.bind(scope, sequence.pointer(), batch * steps, sums);
      BytePointer results = scope.allocate((long) batch * op.units());
      this.resultCodes = results.asByteBuffer();
      this.ofResults =
          recurrent.bind(scope, results, batch, scope.allocate(recurrent.sumBytes(batch)));
      this.codes = new byte[op.units()];
      this.scales = new float[batch];
      this.zeros = new int[batch];
      this.quantizer = new DynamicCodes(op.units());
      this.recurrence = new Recurrence(op, inputs, binding.buffer(to), this);
    }

    @Override
    public void run() {
      recurrence.run();
    }

    @Override
    public void begin() {
      ofSequence.run();
    }

    @Override
    public void at(int step, float[] results, float[][] sums) {
      for (int n = 0; n < batch; n++) {
        quantizer.quantize(results, n * codes.length, codes.length, codes);
        resultCodes.put(n * codes.length, codes);
        scales[n] = quantizer.scale();
        zeros[n] = quantizer.zeroPoint();
      }
      ofResults.run();
      for (int n = 0; n < batch; n++) {
        float[] read =
            ofSequence.finished(n * steps + step, sequence.scale(n), sequence.zeroPoint(n));
        add(read, ofResults.finished(n, scales[n], zeros[n]), sums[n]);
      }
    }

    private static void add(float[] read, float[] ofResults, float[] sums) {
      for (int i = 0; i < sums.length; i++) {
        sums[i] = read[i] + ofResults[i];
      }
    }

    @Override
    public String implementation() {
      return ofSequence.implementation();
    }

    @Override
    public void close() {
      scope.close();
    }
  }

  @Override
  public void close() {
    input.close();
    recurrent.close();
  }
}
