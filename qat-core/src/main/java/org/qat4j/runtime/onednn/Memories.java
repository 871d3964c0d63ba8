package org.qat4j.runtime.onednn;

import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.qat4j.runtime.Activation;
import org.qat4j.runtime.NativeScope;
import org.qat4j.runtime.Storage;

/** oneDNN's views of our data. What is made belongs to the scope given. */
final class Memories {
  private Memories() {}

  static memory.data_type type(Storage storage) {
    return switch (storage) {
      case U8 -> memory.data_type.u8;
      case S8 -> memory.data_type.s8;
      case F32 -> memory.data_type.f32;
      case U16, S16 ->
          throw new IllegalArgumentException("oneDNN has no 16-bit integers, got " + storage);
    };
  }

  static memory.desc desc(
      NativeScope scope, long[] dims, memory.data_type type, memory.format_tag tag) {
    return scope.own(new memory.desc(dims, type, tag));
  }

  static memory of(NativeScope scope, memory.desc layout, Pointer data) {
    return scope.own(new memory(layout, OneDnn.cpu(), data));
  }

  static memory of(NativeScope scope, memory.desc layout, Activation activation) {
    return of(scope, layout, activation.pointer());
  }

  static memory allocate(NativeScope scope, memory.desc layout) {
    return scope.own(new memory(layout, OneDnn.cpu()));
  }

  static memory floats(NativeScope scope, float[] values) {
    return floats(scope, new long[] {values.length}, memory.format_tag.x, values);
  }

  static memory floats(NativeScope scope, long[] dims, memory.format_tag tag, float[] values) {
    return of(
        scope, desc(scope, dims, memory.data_type.f32, tag), scope.own(new FloatPointer(values)));
  }

  static memory bytes(NativeScope scope, long[] dims, memory.format_tag tag, byte[] values) {
    return of(
        scope, desc(scope, dims, memory.data_type.s8, tag), scope.own(new BytePointer(values)));
  }

  static memory integer(NativeScope scope, int value) {
    return of(
        scope,
        desc(scope, new long[] {1}, memory.data_type.s32, memory.format_tag.x),
        scope.own(new IntPointer(new int[] {value})));
  }
}
