package org.samfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.samfast.cli.SamProcess.Ended;
import org.samfast.cli.terminal.ExitCode;

/** The packaged sam as a process: what holds for every command. */
class MainIT {
    @TempDir
    Path folder;

    @Test
    void saysItsVersion() throws Exception {
        Ended ended = SamProcess.in(folder).run("--version");
        assertThat(ended.exitCode()).isZero();
        assertThat(ended.stdout()).matches("sam \\S+ \\((commit \\S+, )?Java 25\\S*\\)\\R");
        assertThat(ended.stderr()).isEmpty();
    }

    @Test
    void showsHelpOnStdout() throws Exception {
        Ended ended = SamProcess.in(folder).run("--help");
        assertThat(ended.exitCode()).isZero();
        assertThat(ended.stdout()).startsWith("Usage: sam ").contains("Exit codes:", "130   stopped by Ctrl-C");
        assertThat(ended.stderr()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "'', 'sam: expected a command, for example: sam segment photo.jpg --points 400,270', Try 'sam --help'.",
        "--nonsense, sam: Unknown option: '--nonsense', Try 'sam --help'.",
        "donwload x, sam: no command is called 'donwload', Try 'sam --help'.",
        "download --lis, sam: Unknown option: '--lis', Try 'sam download --help'.",
        "download vit_x, 'sam: model ''vit_x'' is not published: expected vit_b, vit_l or vit_h',"
                + " Try 'sam download --help'.",
        "download, 'sam: expected models or --list, for example: sam download vit_b', Try 'sam download --help'.",
    })
    void aWrongCommandLineGetsOneSentenceAndAHint(String arguments, String sentence, String hint) throws Exception {
        Ended ended = SamProcess.in(folder).run(words(arguments));
        assertThat(ended.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(ended.stdout()).isEmpty();
        assertThat(ended.errorLines()).startsWith(sentence).endsWith(hint).hasSizeLessThanOrEqualTo(3);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandHasHelpWithExitCodes(String command) throws Exception {
        Ended ended = SamProcess.in(folder).run(command, "--help");
        assertThat(ended.exitCode()).isZero();
        assertThat(ended.stdout()).startsWith("Usage: sam " + command).contains("Exit codes:");
        assertThat(ended.stderr()).isEmpty();
    }

    static Stream<String> commands() {
        return Main.commandLine().getSubcommands().keySet().stream();
    }

    @Test
    void whatCannotBePrintedIsAnError() throws Exception {
        assumeTrue(Files.exists(Path.of("/dev/full")), "a device of Linux that is always full");
        Ended ended = SamProcess.in(folder).shell("'" + SamProcess.executable() + "' download --list > /dev/full");
        assertThat(ended.exitCode()).isEqualTo(ExitCode.SOME_FAILED);
        assertThat(ended.errorLines())
                .containsExactly("sam: not all could be printed on stdout: No space left on device; let it go elsewhere"
                        + " and run it again");
    }

    @Test
    void aFileThatLooksLikeAnOptionIsNamedAsAPath() throws Exception {
        Files.writeString(folder.resolve("-dog.jpg"), "");
        Ended ended = SamProcess.in(folder).run("segment", "-dog.jpg", "--points", "1,1");
        assertThat(ended.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(ended.errorLines()).contains("'-dog.jpg' is taken for an option; the file: ./-dog.jpg");
    }

    @Test
    void startsThroughASymbolicLinkFromAnotherFolder() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("my-sam"), SamProcess.executable());
        Process process = new ProcessBuilder(link.toString(), "--version")
                .directory(folder.toFile())
                .start();
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void namesOfFilesKeepTheirLettersInEveryLocale() throws Exception {
        Ended ended = SamProcess.in(folder)
                .with("LC_ALL", "C")
                .shell("mkdir p && echo text > \"$(printf 'p/gr\\303\\266\\303\\237e.jpg')\" && '"
                        + SamProcess.executable()
                        + "' segment 'p/**/*.jpg' --points 1,1 --out \"$(printf '\\303\\266')\"");
        assertThat(ended.stderr()).startsWith("sam: p/größe.jpg: this is a text file");
        assertThat(ended.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    }

    @Test
    void isSilentAboutAnAheadOfTimeCacheThatDoesNotFit() throws Exception {
        Path copy = copyOfTheDistribution();
        Files.setLastModifiedTime(copy.resolve("lib/samfast-cli.jar"), FileTime.fromMillis(1_000_000_000_000L));
        Process process = new ProcessBuilder(copy.resolve("bin/sam").toString(), "download", "--list")
                .redirectErrorStream(true)
                .start();
        assertThat(new String(process.getInputStream().readAllBytes(), UTF_8).lines())
                .first()
                .asString()
                .startsWith("vit_t");
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void saysWhatIsMissingWhereThereIsNoJava25() throws Exception {
        Ended ended = SamProcess.in(folder).with("SAM_JAVA_HOME", "/nowhere").run("--version");
        assertThat(ended.exitCode()).isEqualTo(4);
        assertThat(ended.errorLines())
                .containsExactly("sam: SAM_JAVA_HOME=/nowhere is not a Java 25: point it to one, or unset it");
    }

    @Test
    void shipsAManPagePerCommandAndTheCompletion() throws Exception {
        Path share = SamProcess.executable().resolve("../../share").normalize();
        List<String> pages = new ArrayList<>(List.of("sam.1"));
        Main.commandLine().getSubcommands().keySet().forEach(command -> pages.add("sam-" + command + ".1"));
        assertThat(pages).allSatisfy(page -> assertThat(share.resolve("man/man1/" + page))
                .isRegularFile());
        assertThat(share.resolve("bash-completion/completions/sam")).content().contains("download");
    }

    private Path copyOfTheDistribution() throws Exception {
        Path copy = folder.resolve("copy");
        Process copying = new ProcessBuilder(
                        "cp",
                        "-Rp",
                        SamProcess.executable().resolve("../..").normalize().toString(),
                        copy.toString())
                .start();
        assertThat(copying.waitFor()).isZero();
        return copy;
    }

    private static String[] words(String arguments) {
        return arguments.isEmpty() ? new String[0] : arguments.split(" ", -1);
    }
}
