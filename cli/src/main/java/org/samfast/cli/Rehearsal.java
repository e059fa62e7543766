package org.samfast.cli;

import java.util.ArrayList;
import java.util.List;
import org.samfast.cli.terminal.ExitCode;

/**
 * Several command lines one after the other in this JVM, whose classes and profiles then all go into one ahead-of-time cache:
 * {@code java -Dsam.rehearsal=then ... --help then segment photo.jpg --points 400,270}. The build of the distribution runs it.
 */
final class Rehearsal {
    /** The word between two command lines. */
    private static final String SEPARATOR = "sam.rehearsal";

    private Rehearsal() {}

    static boolean isWanted() {
        return System.getProperty(SEPARATOR) != null;
    }

    /** Runs all; the exit code of the first that fails, or {@link ExitCode#DONE}. */
    static int run(String... words) {
        for (List<String> line : lines(System.getProperty(SEPARATOR, ""), words)) {
            String[] arguments = line.toArray(String[]::new);
            int exitCode = Main.run(Main.commandLine(arguments), arguments);
            if (exitCode != ExitCode.DONE) {
                return exitCode;
            }
        }
        return ExitCode.DONE;
    }

    private static List<List<String>> lines(String separator, String... words) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(new ArrayList<>());
        for (String word : words) {
            if (word.equals(separator)) {
                lines.add(new ArrayList<>());
            } else {
                lines.getLast().add(word);
            }
        }
        return lines;
    }
}
