package org.qat4j.files;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * A stream that zip and JSON writers may close, as they do, without ending the one behind it.
 * Closing flushes.
 */
public final class FlushOnClose extends FilterOutputStream {
  public FlushOnClose(OutputStream out) {
    super(out);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    out.write(bytes, offset, length);
  }

  @Override
  public void close() throws IOException {
    flush();
  }
}
