/** The LeNet of the examples, as an ordinary Deeplearning4j network. */
package org.qat4j.examples.lenet;
