package org.samfast.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code 6g}, {@code 1.5GiB} or {@code 800m} in bytes; a letter stands for a power of 1024. */
final class MemorySize implements ITypeConverter<Long> {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,6})?)([kmgt])(?:i?b)?");

    @Override
    public Long convert(String value) {
        Matcher size = SIZE.matcher(value.toLowerCase(Locale.ROOT));
        if (!size.matches()) {
            throw new TypeConversionException("expected a size such as 6g or 800m, got '" + value + "'");
        }
        int power = 1 + "kmgt".indexOf(size.group(2));
        long bytes = Math.round(Double.parseDouble(size.group(1)) * (1L << (10 * power)));
        if (bytes < 1) {
            throw new TypeConversionException("expected more than 0, got '" + value + "'");
        }
        return bytes;
    }
}
