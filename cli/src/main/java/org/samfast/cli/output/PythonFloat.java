package org.samfast.cli.output;

import java.math.BigDecimal;
import java.util.Locale;

/**
 * Numbers as Python writes a float: the fewest digits that give it back, and an exponent only below 1e-4 and from 1e16 on.
 * Source: CPython Python/pystrtod.c, format_float_short. Java writes the smallest of all, 5e-324, with two digits.
 */
final class PythonFloat {
    private static final int LEAST_POINT = -4;
    private static final int MOST_POINT = 16;

    private PythonFloat() {}

    /** {@code str(value)}. */
    static String text(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        String sign = Double.doubleToRawLongBits(value) < 0 ? "-" : "";
        if (Double.isInfinite(value)) {
            return sign + "inf";
        }
        return sign + (value == 0 ? "0.0" : positive(new BigDecimal(Double.toString(Math.abs(value)))));
    }

    /** {@code str(value)} of a whole number, which may be a float there. */
    static String whole(int value, boolean isFloat) {
        return isFloat ? value + ".0" : String.valueOf(value);
    }

    private static String positive(BigDecimal value) {
        BigDecimal shortest = value.stripTrailingZeros();
        String digits = shortest.unscaledValue().toString();
        int point = digits.length() - shortest.scale(); // 0.DIGITS times ten to it
        if (point > LEAST_POINT && point <= MOST_POINT) {
            return shortest.toPlainString() + (shortest.scale() <= 0 ? ".0" : "");
        }
        String fraction = digits.length() == 1 ? "" : "." + digits.substring(1);
        return digits.charAt(0) + fraction + String.format(Locale.ROOT, "e%+03d", point - 1);
    }
}
