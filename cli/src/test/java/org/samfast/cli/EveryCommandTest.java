package org.samfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** The model of the command line that a run builds, for its own words alone, against the whole one. */
class EveryCommandTest {
    @TempDir
    Path folder;

    static Set<String> commands() {
        return Main.commandLine().getSubcommands().keySet();
    }

    @Test
    void theListOfCommandsIsTheWholeOnes() {
        assertThat(Main.commandLine("--help").getUsageMessage())
                .isEqualTo(Main.commandLine().getUsageMessage());
    }

    @ParameterizedTest
    @MethodSource("commands")
    void theCommandThatIsNamedIsWhole(String command) {
        CommandLine sam = Main.commandLine("--verbose", command, "segment");
        assertThat(subcommand(sam, command).getUsageMessage())
                .isEqualTo(subcommand(Main.commandLine(), command).getUsageMessage());
    }

    @Test
    void theOthersAreNotBuilt() {
        assertThat(Main.commandLine("segment", "bench").getSubcommands()).containsOnlyKeys("segment");
        CommandLine bench = subcommand(Main.commandLine("--help"), "bench");
        assertThat(bench.getCommandSpec().userObject()).isNull();
    }

    private static CommandLine subcommand(CommandLine sam, String name) {
        return Objects.requireNonNull(sam.getSubcommands().get(name));
    }

    @Test
    void aCommandMayComeOutOfAFile() throws Exception {
        String words = "@" + Files.writeString(folder.resolve("words"), "download\n--list\n");
        StringWriter stdout = new StringWriter();
        CommandLine sam = Main.commandLine(words).setOut(new PrintWriter(stdout, true));
        assertThat(sam.execute(words)).isZero();
        assertThat(stdout.toString()).startsWith("vit_t");
    }
}
