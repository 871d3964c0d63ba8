/**
 * Labelled images: read from IDX files, PNG folders or CIFAR-10, or drawn by the program; their
 * order in each epoch and how each is changed before it is learned.
 *
 * <p>Images stay bytes in memory; networks get {@code byte / 255} as float32. Knows nothing of
 * networks or training.
 */
package org.qat4j.examples.data;
