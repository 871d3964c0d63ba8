package org.qat4j.jobs.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import java.io.IOException;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Reads YAML's {@code .nan} and {@code .inf}, which Jackson refuses as malformed, so that the key's
 * check can name them.
 */
final class SpecialNumbers extends JsonParserDelegate {
  private static final Pattern SPECIAL =
      Pattern.compile("[-+]?\\.(nan|inf)", Pattern.CASE_INSENSITIVE);

  SpecialNumbers(JsonParser yaml) {
    super(yaml);
  }

  private boolean special() throws IOException {
    return currentToken() == JsonToken.VALUE_NUMBER_FLOAT && SPECIAL.matcher(getText()).matches();
  }

  @Override
  public NumberType getNumberType() throws IOException {
    return special() ? NumberType.DOUBLE : super.getNumberType();
  }

  @Override
  public NumberTypeFP getNumberTypeFP() throws IOException {
    return special() ? NumberTypeFP.DOUBLE64 : super.getNumberTypeFP();
  }

  @Override
  public double getDoubleValue() throws IOException {
    if (!special()) {
      return super.getDoubleValue();
    }
    if (getText().toLowerCase(Locale.ROOT).endsWith("nan")) {
      return Double.NaN;
    }
    return getText().startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
  }
}
