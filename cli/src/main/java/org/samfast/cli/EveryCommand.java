package org.samfast.cli;

import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ScopeType;

/** {@code sam} with its subcommands, in the order of the help. */
@Command(
        subcommands = {
            SegmentCommand.class,
            AmgCommand.class,
            EmbedCommand.class,
            DownloadCommand.class,
            ConvertCommand.class,
            InfoCommand.class,
            BackendsCommand.class,
            EvalCommand.class,
            BenchCommand.class,
            VerifyCommand.class
        })
final class EveryCommand extends Main {
    /** What the subcommands are called. */
    static Set<String> names() {
        return classes().map(EveryCommand::annotation).map(Command::name).collect(Collectors.toSet());
    }

    /** Adds the subcommand of that name. */
    static void addTo(CommandLine sam, String name) {
        classes().filter(command -> annotation(command).name().equals(name)).forEach(sam::addSubcommand);
    }

    /**
     * Adds all subcommands with nothing but name and description, for the list of them. They inherit nothing of sam's: handing that
     * down takes as long as all the rest.
     */
    static void addOutlinesTo(CommandLine sam) {
        CommandSpec parent = sam.getCommandSpec().scopeType(ScopeType.LOCAL);
        classes().map(EveryCommand::annotation).forEach(annotation -> {
            CommandSpec outline = CommandSpec.create();
            outline.usageMessage().description(annotation.description());
            parent.addSubcommand(annotation.name(), outline);
        });
    }

    private static Stream<Class<?>> classes() {
        return Stream.of(annotation(EveryCommand.class).subcommands());
    }

    private static Command annotation(Class<?> command) {
        return Objects.requireNonNull(command.getAnnotation(Command.class));
    }
}
