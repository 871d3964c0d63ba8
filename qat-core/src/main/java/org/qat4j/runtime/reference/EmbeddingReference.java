package org.qat4j.runtime.reference;

import org.qat4j.graph.Embedding;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.Step;

/** The vector of each word. */
final class EmbeddingReference {
  private EmbeddingReference() {}

  static Step embedding(Embedding embedding, Buffer[] inputs, Buffer output) {
    Buffer words = inputs[0];
    return () ->
        Elements.forEach(
            output.batch(),
            output.shape(),
            (n, c, y, x) -> {
              int word = embedding.word(words.real(words.index(n, 0, y, 0)));
              output.setReal(output.index(n, c, y, x), embedding.table().at(word, c));
            });
  }
}
