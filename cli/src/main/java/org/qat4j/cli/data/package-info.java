/**
 * Images and rows of features: read from IDX, PNG, JPEG and CSV files, folders and archives, or
 * drawn by the program; their classes, what is for learning and what for testing, their order in
 * each epoch, how each is changed before it is learned, and how it becomes numbers.
 *
 * <p>Images stay bytes in memory; networks get {@code byte / 255} as float32, or what another
 * {@link org.qat4j.cli.data.InputScaling} makes of it. Knows nothing of networks but what they
 * take, and nothing of training.
 */
package org.qat4j.cli.data;
