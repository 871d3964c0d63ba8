package org.qat4j.observer;

import java.io.Serializable;
import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What configurations and files call a rule: {@code minMax}, or {@code percentile(99.9)} where it
 * has a number.
 */
public interface Rule<R extends Rule<R>> extends Serializable {
  /** The name, without the number. */
  String name();

  /** The rule's number, if it has one. */
  default OptionalDouble number() {
    return OptionalDouble.empty();
  }

  /**
   * The same rule with another number.
   *
   * @throws IllegalArgumentException if it has none, or not that one
   */
  default R with(double number) {
    throw new IllegalArgumentException("'" + name() + "' takes no number, got " + number);
  }

  /** Name and number, as {@link #parse} reads them. */
  default String text() {
    return name() + (number().isPresent() ? "(" + number().getAsDouble() + ")" : "");
  }

  /**
   * The rule of a text.
   *
   * @param rules that there are; a number that the text leaves out is theirs
   * @throws IllegalArgumentException if there is none of the name, with those that there are, or it
   *     does not take the number
   */
  static <R extends Rule<R>> R parse(String text, List<R> rules) {
    Matcher matcher = Pattern.compile("(\\w+)(?:\\(([-+.\\w]+)\\))?").matcher(text);
    String name = matcher.matches() ? matcher.group(1) : text;
    R usual =
        rules.stream()
            .filter(rule -> rule.name().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "expected "
                            + rules.stream().map(Rule::name).collect(Collectors.joining(", "))
                            + ", got '"
                            + text
                            + "'"));
    String number = matcher.group(2);
    return number == null ? usual : usual.with(Double.parseDouble(number));
  }
}
