/**
 * The reference implementation of the training arithmetic, through ND4J operations of any backend
 * and data type.
 */
package org.qat4j.kernels.nd4j;
