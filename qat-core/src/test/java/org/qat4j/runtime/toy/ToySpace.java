package org.qat4j.runtime.toy;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.DeviceSpace;
import org.qat4j.runtime.Memory;
import org.qat4j.runtime.Slice;
import org.qat4j.runtime.Step;

/** Arrays that nobody else sees, full of noise until they are written. Counts what is not freed. */
public final class ToySpace implements DeviceSpace {
  private static final byte NOISE = (byte) 0xA5;

  private final AtomicLong blocks = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();

  private final class Block implements Memory {
    private byte[] content;

    Block(int size) {
      content = new byte[size];
      Arrays.fill(content, NOISE);
      blocks.incrementAndGet();
      bytes.addAndGet(size);
    }

    @Override
    public void close() {
      blocks.decrementAndGet();
      bytes.addAndGet(-content.length);
      content = new byte[0];
    }
  }

  @Override
  public String name() {
    return "toy";
  }

  @Override
  public Memory allocate(long size) {
    return new Block(Math.toIntExact(size));
  }

  @Override
  public Step copyIn(Buffer host, Buffer device) {
    return () -> host.bytes().get(0, content(device.slice()), at(device), size(device));
  }

  @Override
  public Step copyOut(Buffer device, Buffer host) {
    return () -> host.bytes().put(0, content(device.slice()), at(device), size(device));
  }

  private static int at(Buffer device) {
    return (int) device.slice().offset();
  }

  private static int size(Buffer device) {
    return (int) device.slice().bytes();
  }

  static byte[] content(Slice slice) {
    return ((Block) slice.memory()).content;
  }

  static void spoil(Slice slice) {
    int from = (int) slice.offset();
    Arrays.fill(content(slice), from, from + (int) slice.bytes(), NOISE);
  }

  /** Blocks that are not freed. */
  public long blocks() {
    return blocks.get();
  }

  /** Their bytes. */
  public long bytes() {
    return bytes.get();
  }
}
