package org.samfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The committed man pages against the command line they describe. */
class ManPageTest {
    private static final Path PAGES = Path.of(System.getProperty("sam.testdata"), "../man/man1");
    private static final String ADVICE = "%s is out of date; run: mvn -Pman -DskipTests package";

    static Stream<CommandSpec> commands() {
        CommandLine sam = Main.commandLine();
        return Stream.concat(Stream.of(sam), sam.getSubcommands().values().stream())
                .map(CommandLine::getCommandSpec);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void saysEverythingThatHelpSays(CommandSpec command) throws IOException {
        Path page = PAGES.resolve(name(command));
        assertThat(page).as(ADVICE, page).isRegularFile();
        assertThat(plain(Files.readString(page))).as(ADVICE, page).contains(sentences(command));
    }

    @Test
    void thereIsNoPageOfACommandThatDoesNotExist() throws IOException {
        try (Stream<Path> pages = Files.list(PAGES)) {
            assertThat(pages.map(page -> page.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(
                            commands().map(ManPageTest::name).toList());
        }
    }

    private static String name(CommandSpec command) {
        return command.qualifiedName("-") + ".1";
    }

    private static List<String> sentences(CommandSpec command) {
        List<String> sentences = new ArrayList<>(List.of(command.usageMessage().description()));
        for (OptionSpec option : command.options()) {
            sentences.addAll(List.of(option.names()));
        }
        for (ArgSpec argument : command.args()) {
            sentences.addAll(List.of(argument.description()));
        }
        return sentences.stream().map(ManPageTest::squeezed).toList();
    }

    /** Words only: without the escapes and the line breaks of roff. */
    private static String plain(String roff) {
        return squeezed(roff.replaceAll("\\\\f[BIRP]", "")
                .replace("\\*(Aq", "'")
                .replace("\\(aq", "'")
                .replace("\\(cq", "'")
                .replace("\\(oq", "'")
                .replace("\\(lq", "\"")
                .replace("\\(rq", "\"")
                .replaceAll("\\\\[&c]", "")
                .replace("\\-", "-")
                .replace("\\.", ".")
                .replace("\\(at", "@")
                .replaceAll("\\\\\\(em|\\\\u2014", "-"));
    }

    private static String squeezed(String text) {
        return text.replaceAll("\\s+", " ").replace('\u2019', '\'').trim();
    }
}
