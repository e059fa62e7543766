package org.samfast.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.samfast.backend.Precision;
import org.samfast.cli.output.OutputFormat;
import org.samfast.cli.terminal.ErrorLine;
import org.samfast.cli.terminal.ExitCode;
import org.samfast.cli.terminal.StandardOutput;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The command {@code sam}, whose subcommands are those of {@link EveryCommand}, and the only place that ends the process. */
@Command(
        name = "sam",
        description = "Segment Anything for the JVM: from a photo and a click to a mask.",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = VersionProvider.class,
        synopsisSubcommandLabel = "COMMAND",
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:some of several inputs failed, each named on stderr, or the disk was full before all were done",
            "2:wrong flags or arguments",
            "3:every input was bad, or nothing could be written",
            "4:the backend is not usable here or was lost on the way",
            "70:a bug in sam",
            "130:stopped by Ctrl-C"
        })
public sealed class Main implements Runnable permits EveryCommand {
    @Option(
            names = "--verbose",
            // last, however the model is built
            order = 1,
            scope = ScopeType.INHERIT,
            description = "Show the stack trace of an error, and more about what is done.")
    boolean verbose;

    @Spec
    CommandSpec spec;

    /** Who hears more than a run says unasked; null without {@code --verbose}. */
    @Nullable
    PrintWriter told() {
        return verbose ? spec.commandLine().getErr() : null;
    }

    /** Where no command is named. */
    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "expected a command, for example: sam segment photo.jpg --points 400,270");
    }

    /** Runs the command line and exits with its {@link ExitCode}. */
    public static void main(String[] arguments) throws IOException {
        String[] words = LongCommandLine.words(arguments);
        System.exit(Rehearsal.isWanted() ? Rehearsal.run(words) : runOnStdout(words));
    }

    /** Runs the command line; that something was not printed is an error too. */
    private static int runOnStdout(String... words) {
        StandardOutput stdout = new StandardOutput(new FileOutputStream(FileDescriptor.out));
        CommandLine sam = commandLine(words).setOut(stdout.writer(System.out.charset()));
        int exitCode = run(sam, words);
        sam.getOut().flush();
        return stdout.loss()
                .map(sentence -> {
                    sam.getErr().println("sam: " + sentence);
                    return Math.max(exitCode, ExitCode.SOME_FAILED);
                })
                .orElse(exitCode);
    }

    /** Runs the command line in this JVM; whatever goes wrong is one sentence and an {@link ExitCode}. */
    static int run(CommandLine commandLine, String... arguments) {
        try {
            return commandLine.execute(arguments);
        } catch (Error e) { // which picocli lets through
            Main main = commandLine.getCommand();
            return ErrorLine.execution(e, commandLine.getErr(), main.verbose);
        }
    }

    private static Precision precision(String label) {
        return Precision.labelled(label.toLowerCase(Locale.ROOT))
                .orElseThrow(() -> wrong(Stream.of(Precision.values()).map(Precision::label), label));
    }

    private static OutputFormat format(String name) {
        return Stream.of(OutputFormat.values())
                .filter(format -> format.name().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() -> wrong(Stream.of(OutputFormat.values()).map(OutputFormat::toString), name));
    }

    private static TypeConversionException wrong(Stream<String> known, String got) {
        return new TypeConversionException(known.collect(Collectors.joining(", ", "expected ", "; got '" + got + "'")));
    }

    /** A number, for which picocli's own sentence is that it is not an int. */
    private static <N> ITypeConverter<N> number(String what, ITypeConverter<N> parse) {
        return text -> {
            try {
                return parse.convert(text);
            } catch (NumberFormatException e) {
                throw new TypeConversionException("expected " + what + ", got '" + text + "'");
            }
        };
    }

    /** The model of the whole command line: what help, man pages and completion are made from. */
    public static CommandLine commandLine() {
        return configured(new CommandLine(new EveryCommand()));
    }

    /**
     * The model for those words, in a fraction of the time: only the subcommand that they name or, where they name none, what the list
     * of commands shows. The whole model where it is not clear which one they name.
     */
    static CommandLine commandLine(String... words) {
        Optional<String> named =
                Stream.of(words).filter(word -> !word.startsWith("-")).findFirst();
        if (named.isPresent() && !EveryCommand.names().contains(named.get())) {
            return commandLine();
        }
        CommandLine sam = new CommandLine(new Main());
        named.ifPresentOrElse(name -> EveryCommand.addTo(sam, name), () -> EveryCommand.addOutlinesTo(sam));
        return configured(sam);
    }

    private static CommandLine configured(CommandLine sam) {
        Main main = sam.getCommand();
        return sam.setCaseInsensitiveEnumValuesAllowed(true)
                .registerConverter(Precision.class, Main::precision)
                .registerConverter(OutputFormat.class, Main::format)
                .registerConverter(int.class, number("a whole number", Integer::valueOf))
                .registerConverter(long.class, number("a whole number", Long::valueOf))
                .registerConverter(double.class, number("a number", Double::valueOf))
                .setParameterExceptionHandler(ErrorLine::usage)
                .setExecutionExceptionHandler(
                        (error, command, parsed) -> ErrorLine.execution(error, command.getErr(), main.verbose));
    }
}
