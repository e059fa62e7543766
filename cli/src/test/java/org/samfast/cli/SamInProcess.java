package org.samfast.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import picocli.CommandLine;

/** The command line inside the test's JVM, for what needs no process of its own; uses the fake backend. */
final class SamInProcess {
    private SamInProcess() {}

    /** What a finished command left. */
    record Ended(int exitCode, String stdout, String stderr) {
        List<String> outputLines() {
            return stdout.lines().toList();
        }

        List<String> errorLines() {
            return stderr.lines().toList();
        }
    }

    static Ended run(Object... arguments) {
        StringWriter stdout = new StringWriter();
        StringWriter stderr = new StringWriter();
        CommandLine sam =
                Main.commandLine().setOut(new PrintWriter(stdout, true)).setErr(new PrintWriter(stderr, true));
        String[] words = java.util.Arrays.stream(arguments).map(String::valueOf).toArray(String[]::new);
        return new Ended(sam.execute(words), stdout.toString(), stderr.toString());
    }
}
