package org.qat4j.cli.speed;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerScope;

/**
 * The machine's int8 speed on one thread: oneDNN's product of a u8 and an s8 matrix, large enough
 * to hide everything else and small enough for the cache. In a JVM of its own, whose OpenMP has one
 * thread.
 */
public final class Int8Peak {
  private static final int SIZE = 768;
  private static final long OPERATIONS = 2L * SIZE * SIZE * SIZE;
  private static final int ROUNDS = 7;
  private static final double SECONDS = 0.05;

  private Int8Peak() {}

  /**
   * Giga-operations a second of one thread; a multiply-accumulate is two operations. The best of
   * some medians, since a peak is what nothing has disturbed.
   */
  public static double gopsPerThread() throws IOException {
    try (EngineProcess process =
        new EngineProcess(
            "int8 peak", Map.of("OMP_NUM_THREADS", "1"), List.of(), Int8Peak.class, List.of())) {
      double best = Double.MAX_VALUE;
      for (int round = 0; round < ROUNDS; round++) {
        best = Math.min(best, process.medianMs(SECONDS));
      }
      return OPERATIONS / best / 1e6;
    }
  }

  /** The process that measures. */
  public static void main(String[] args) throws Exception {
    EngineServer.serve(Product::new);
  }

  /** One product of two matrices. */
  private static final class Product implements Engine {
    // The scope also keeps what is made in it from the garbage collector.
    private final PointerScope scope = new PointerScope();
    private final Runnable product;

    Product() {
      scope.attach(new BytePointer(1));
      product = product();
    }

    @Override
    public void run() {
      product.run();
    }

    @Override
    public float[] results() {
      return new float[0];
    }

    @Override
    public void close() {
      scope.close();
    }
  }

  private static Runnable product() {
    engine cpu = new engine(engine.kind.cpu, 0);
    memory.desc left = desc(memory.data_type.u8, memory.format_tag.ab);
    memory.desc any = desc(memory.data_type.s8, memory.format_tag.any);
    memory.desc sums = desc(memory.data_type.s32, memory.format_tag.ab);
    matmul.primitive_desc description =
        new matmul.primitive_desc(cpu, left, any, sums, new primitive_attr(), false);
    memory.desc right = description.weights_desc();
    BytePointer leftCodes = codes(left.get_size());
    BytePointer rightCodes = codes(right.get_size());
    IntPointer result = new IntPointer((long) SIZE * SIZE);
    matmul made = new matmul(description);
    stream queue = new stream(cpu);
    dnnl_exec_arg_t arguments = new dnnl_exec_arg_t(3);
    List<Integer> kinds = List.of(dnnl.DNNL_ARG_SRC, dnnl.DNNL_ARG_WEIGHTS, dnnl.DNNL_ARG_DST);
    List<memory> memories =
        List.of(
            new memory(left, cpu, leftCodes),
            new memory(right, cpu, rightCodes),
            new memory(sums, cpu, result));
    for (int i = 0; i < 3; i++) {
      arguments.position(i).arg(kinds.get(i)).memory(memories.get(i).get());
    }
    arguments.position(0);
    return () -> {
      int status = dnnl.dnnl_primitive_execute(made.get(), queue.get(), 3, arguments);
      if (status != dnnl.dnnl_success) {
        throw new IllegalStateException("oneDNN's matmul failed with status " + status);
      }
    };
  }

  private static memory.desc desc(memory.data_type type, memory.format_tag format) {
    return new memory.desc(new long[] {SIZE, SIZE}, type, format, false);
  }

  private static BytePointer codes(long count) {
    BytePointer codes = new BytePointer(count);
    for (long i = 0; i < count; i++) {
      codes.put(i, (byte) (i % 101));
    }
    return codes;
  }
}
