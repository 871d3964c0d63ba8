package org.qat4j.runtime;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.qat4j.graph.Embedding;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Node;
import org.qat4j.graph.Tensor;

/**
 * An input of a graph whose numbers are looked up in a table.
 *
 * @param position among the inputs
 */
record WordInput(int position, Tensor tensor, Embedding embedding) {
  static List<WordInput> of(Graph graph) {
    List<WordInput> found = new ArrayList<>();
    List<Tensor> inputs = graph.inputs();
    for (int i = 0; i < inputs.size(); i++) {
      for (Node reader : graph.readers(inputs.get(i))) {
        if (reader.op() instanceof Embedding embedding) {
          found.add(new WordInput(i, inputs.get(i), embedding));
        }
      }
    }
    return found;
  }

  /**
   * Checks what callers give, before anything runs.
   *
   * @throws IllegalArgumentException naming the first number that is no word of the table
   */
  void check(Object[] arrays) {
    Object array = arrays[position];
    if (array instanceof float[] words) {
      for (int i = 0; i < words.length; i++) {
        check(words[i], i);
      }
    } else {
      FloatBuffer words = (FloatBuffer) array;
      for (int i = 0; i < words.remaining(); i++) {
        check(words.get(words.position() + i), i);
      }
    }
  }

  private void check(float word, int at) {
    if (!embedding.isWord(word)) {
      int steps = tensor.shape().height();
      throw new IllegalArgumentException(
          "input '"
              + tensor.name()
              + "': "
              + word
              + " at step "
              + at % steps
              + " of image "
              + at / steps
              + " is no word index, which are the integers 0 to "
              + (embedding.table().words() - 1));
    }
  }
}
