/**
 * Labelled grey images: read from IDX files or PNG folders, or drawn by the program, and their
 * order in each epoch.
 *
 * <p>Images stay bytes in memory; networks get {@code byte / 255} as float32. Knows nothing of
 * networks or training.
 */
package org.qat4j.examples.data;
