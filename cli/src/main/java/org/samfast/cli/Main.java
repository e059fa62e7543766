package org.samfast.cli;

import java.io.IOException;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.samfast.backend.Precision;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.TypeConversionException;

/** The command {@code sam}: the list of its subcommands, and the only place that ends the process. */
@Command(
        name = "sam",
        description = "Segment Anything for the JVM: from a photo and a click to a mask.",
        subcommands = {
            SegmentCommand.class,
            AmgCommand.class,
            DownloadCommand.class,
            ConvertCommand.class,
            InfoCommand.class,
            BackendsCommand.class,
            EvalCommand.class,
            BenchCommand.class,
            VerifyCommand.class
        },
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
public final class Main {
    @Option(
            names = "--verbose",
            scope = ScopeType.INHERIT,
            description = "Show the stack trace of an error, and more about what is done.")
    boolean verbose;

    /** Runs the command line and exits with its {@link ExitCode}. */
    public static void main(String[] arguments) throws IOException {
        System.exit(run(commandLine(), LongCommandLine.words(arguments)));
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
                .orElseThrow(() -> new TypeConversionException("expected "
                        + Stream.of(Precision.values()).map(Precision::label).collect(Collectors.joining(", "))
                        + " but was '" + label + "'"));
    }

    /** The model of the whole command line: what help, man pages and completion are made from. */
    public static CommandLine commandLine() {
        Main main = new Main();
        return new CommandLine(main)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .registerConverter(Precision.class, Main::precision)
                .setParameterExceptionHandler(ErrorLine::usage)
                .setExecutionExceptionHandler(
                        (error, command, parsed) -> ErrorLine.execution(error, command.getErr(), main.verbose));
    }
}
