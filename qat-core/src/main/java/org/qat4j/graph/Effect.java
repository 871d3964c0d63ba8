package org.qat4j.graph;

/** What an operation does to the elements that it reads, in either arithmetic. */
public enum Effect {
  /** Real numbers become codes. */
  QUANTIZES,
  /** Codes become real numbers. */
  DEQUANTIZES,
  /** New elements are computed. */
  COMPUTES,
  /** Several tensors become one, whose parameters each is brought to. */
  JOINS,
  /** Some of the elements are kept. */
  CHOOSES,
  /** Some of the elements are kept, by their places alone. */
  TAKES,
  /** All elements are kept, and zeros or copies added. */
  EXTENDS,
  /** The same elements in another shape. */
  RESHAPES,
  /** The same elements under another name. */
  RENAMES;

  /** Whether each element of the result is one that was read, or zero: codes keep their scale. */
  public boolean keepsElements() {
    return switch (this) {
      case QUANTIZES, DEQUANTIZES, COMPUTES, JOINS -> false;
      case CHOOSES, TAKES, EXTENDS, RESHAPES, RENAMES -> true;
    };
  }

  /** Whether nothing is computed and all elements are kept in their order. */
  public boolean isView() {
    return switch (this) {
      case QUANTIZES, DEQUANTIZES, COMPUTES, JOINS, CHOOSES, TAKES, EXTENDS -> false;
      case RESHAPES, RENAMES -> true;
    };
  }

  /** Whether arithmetic decides what the result is, not only the places of the elements. */
  public boolean isComputed() {
    return this != TAKES && !isView();
  }
}
