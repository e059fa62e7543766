package org.samfast.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import org.samfast.cli.output.JsonText;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Results of a command on stdout, as text for people or, with {@code --json}, for programs. */
final class ResultPrinter {
    @Option(names = "--json", description = "Print JSON instead, one line per result.")
    boolean json;

    @Spec(Spec.Target.MIXEE)
    CommandSpec command;

    /** Prints a result: the text, or the JSON on one line. */
    void print(List<String> text, JsonText.Content content) throws IOException {
        print(json ? List.of(JsonText.line(content)) : text);
    }

    /** Prints what is for people only. */
    void text(List<String> text) {
        print(json ? List.of() : text);
    }

    private void print(List<String> lines) {
        PrintWriter out = command.commandLine().getOut();
        lines.forEach(out::println);
        out.flush();
    }
}
