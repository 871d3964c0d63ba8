package org.qat4j.runtime.onednn;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.BytePointer;
import org.qat4j.graph.Shape;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.ElementType;
import org.qat4j.runtime.NativeScope;

/** oneDNN's views of our data. What is made belongs to the scope given. */
final class Memories {
  private Memories() {}

  static memory.data_type type(ElementType type) {
    return switch (type) {
      case U8 -> memory.data_type.u8;
      case S8 -> memory.data_type.s8;
      case F32 -> memory.data_type.f32;
      case U16, S16 ->
          throw new IllegalArgumentException("oneDNN has no 16-bit integers, got " + type);
    };
  }

  static memory.desc desc(
      NativeScope scope, long[] dims, memory.data_type type, memory.format_tag tag) {
    return scope.own(new memory.desc(dims, type, tag));
  }

  /** A batch of images, features as images of one pixel. */
  static memory.desc image(
      NativeScope scope, Buffer buffer, memory.data_type type, memory.format_tag tag) {
    Shape shape = buffer.shape();
    long[] dims = {buffer.batch(), shape.channels(), shape.height(), shape.width()};
    return desc(scope, dims, type, tag);
  }

  /** A batch of images of which only that each has so many elements matters. */
  static memory.desc elements(NativeScope scope, Buffer buffer, memory.data_type type) {
    long[] dims = {buffer.batch(), buffer.shape().elements(), 1, 1};
    return desc(scope, dims, type, memory.format_tag.nchw);
  }

  /**
   * Data in a given layout.
   *
   * @throws IllegalArgumentException if the layout is larger than the data
   */
  static memory of(NativeScope scope, memory.desc layout, BytePointer data) {
    long available = data.limit() - data.position();
    if (layout.get_size() > available) {
      throw new IllegalArgumentException(
          "oneDNN would use " + layout.get_size() + " bytes of " + available);
    }
    return scope.own(new memory(layout, OneDnn.cpu(), data));
  }

  static memory of(NativeScope scope, memory.desc layout, Buffer buffer) {
    return of(scope, layout, buffer.pointer());
  }

  static memory allocate(NativeScope scope, memory.desc layout) {
    return of(scope, layout, scope.allocate(layout.get_size()));
  }

  static memory floats(NativeScope scope, float[] values) {
    return floats(scope, new long[] {values.length}, memory.format_tag.x, values);
  }

  static memory floats(NativeScope scope, long[] dims, memory.format_tag tag, float[] values) {
    memory.desc layout = desc(scope, dims, memory.data_type.f32, tag);
    BytePointer data = scope.allocate((long) values.length * Float.BYTES);
    buffer(data).asFloatBuffer().put(values);
    return of(scope, layout, data);
  }

  /**
   * Numbers that are written once the memory is there.
   *
   * @param content fills it from its position to its limit
   */
  static memory filled(
      NativeScope scope,
      long[] dims,
      memory.data_type type,
      memory.format_tag tag,
      Consumer<ByteBuffer> content) {
    memory.desc layout = desc(scope, dims, type, tag);
    BytePointer data = scope.allocate(layout.get_size());
    content.accept(buffer(data));
    return of(scope, layout, data);
  }

  static memory integer(NativeScope scope, int value) {
    BytePointer data = scope.allocate(Integer.BYTES);
    buffer(data).putInt(value);
    return of(scope, desc(scope, new long[] {1}, memory.data_type.s32, memory.format_tag.x), data);
  }

  static ByteBuffer buffer(BytePointer data) {
    return data.asByteBuffer().order(ByteOrder.nativeOrder());
  }
}
