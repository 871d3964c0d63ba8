/**
 * Images: read from IDX, PNG and JPEG files, folders and archives, or drawn by the program; their
 * order in each epoch, how each is changed before it is learned, and how it becomes numbers.
 *
 * <p>Images stay bytes in memory; networks get {@code byte / 255} as float32. Knows nothing of
 * networks or training.
 */
package org.qat4j.cli.data;
