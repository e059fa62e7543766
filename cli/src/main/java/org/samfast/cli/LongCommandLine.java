package org.samfast.cli;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The words of a long command line, which the launcher hands over in a file: ONNX Runtime 1.29 crashes where the process's
 * own command line passes 4 kB.
 */
final class LongCommandLine {
    static final String FILE = "sam.arguments";
    private static final String END_OF_WORD = "\u001f";

    private LongCommandLine() {}

    /** The words in the file that the launcher names, or those given where it names none. */
    static String[] words(String[] given) throws IOException {
        String file = System.getProperty(FILE);
        return file == null ? given : read(Path.of(file));
    }

    /** What {@link #write} has written. */
    static String[] read(Path file) throws IOException {
        // what the JVM itself decodes arguments with
        Charset charset = Charset.forName(System.getProperty("sun.jnu.encoding"));
        String[] words = new String(Files.readAllBytes(file), charset).split(END_OF_WORD, -1);
        return Arrays.copyOf(words, words.length - 1);
    }

    /** Writes words for another process to a file that the caller deletes. */
    static Path write(List<String> words) throws IOException {
        Path file = Files.createTempFile("sam", ".arguments");
        String text = words.stream().map(word -> word + END_OF_WORD).collect(Collectors.joining());
        Files.write(file, text.getBytes(Charset.forName(System.getProperty("sun.jnu.encoding"))));
        return file;
    }
}
