package org.samfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.samfast.backend.ShallowModel;
import org.samfast.cli.SamProcess.Ended;
import picocli.CommandLine;

/**
 * Every example of every help text and of README.md, in the order in which a reader would try them, with {@link ShallowModel}. The
 * longest process test, and so the first.
 */
@Order(1)
class HelpExamplesIT {
    private static final Path TESTDATA = Path.of(System.getProperty("sam.testdata"));
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");

    @TempDir
    Path folder;

    @Test
    void everyExampleWorksAndFitsATerminal() throws Exception {
        prepare();
        List<String> examples = examples();
        assertThat(examples).hasSizeGreaterThan(10);
        for (String example : examples) {
            assertThat(example).hasSizeLessThan(80);
            Ended ended = sam(example).run(words(example.strip().substring("sam ".length())));
            assertThat(ended.exitCode()).as("%s%n%s", example, ended.stderr()).isZero();
            assertThat(ended.stdout()).as(example).isNotEmpty();
        }
        assertThat(folder.resolve("groceries.mask.png")).isRegularFile();
        assertThat(folder.resolve("masks/a.overlay.png")).isRegularFile();
        assertThat(folder.resolve("scores.csv")).isRegularFile();
    }

    @Test
    void everyExampleOfTheReadmeWorks() throws Exception {
        prepare();
        Files.createSymbolicLink(folder.resolve("sam"), SamProcess.executable());
        Path images = Files.createDirectories(folder.resolve("testdata/images"));
        Files.copy(TESTDATA.resolve("images/groceries.jpg"), images.resolve("groceries.jpg"));
        Files.setLastModifiedTime(Files.createFile(folder.resolve("last")), FileTime.fromMillis(0));
        Files.writeString(
                folder.resolve("prompts.jsonl"), "{\"image\":\"a.jpg\",\"objects\":[{\"points\":[[400,270,1]]}]}\n");
        Path downloads = Files.createDirectories(folder.resolve("cache/models"));
        Files.copy(folder.resolve("sam_vit_b_01ec64.pth"), downloads.resolve("sam_vit_b_01ec64.pth"));
        List<String> examples = readmeExamples();
        assertThat(examples).hasSizeGreaterThan(6);
        for (String example : examples) {
            Ended ended = sam().shell(example);
            assertThat(ended.exitCode()).as("%s%n%s", example, ended.stderr()).isZero();
            assertThat(ended.stdout()).as(example).isNotEmpty();
        }
        assertThat(folder.resolve("groceries.mask.png")).isRegularFile();
        assertThat(folder.resolve("found/groceries")).isDirectory();
        assertThat(folder.resolve("masks")).isNotEmptyDirectory();
    }

    private static List<String> readmeExamples() throws Exception {
        return Files.readAllLines(TESTDATA.resolve("../README.md")).stream()
                .filter(line -> line.startsWith("./sam ") || line.contains("| ./sam "))
                .filter(line -> !line.startsWith("./sam download"))
                .toList();
    }

    /** To be verified is the model that comes with sam, whole. */
    private SamProcess sam(String example) {
        return example.strip().startsWith("sam verify") ? SamProcess.in(folder) : sam();
    }

    private SamProcess sam() {
        return SamProcess.in(folder).withModels(folder.resolve("models"));
    }

    /** The files that the examples name; sam knows a checkpoint by its content, so that vit_t can stand in for vit_b. */
    private void prepare() throws Exception {
        for (String photo : List.of("groceries.jpg", "truck.jpg", "dog.jpg")) {
            Files.copy(TESTDATA.resolve("images").resolve(photo), folder.resolve(photo));
        }
        Files.createDirectory(folder.resolve("photos"));
        Files.copy(TESTDATA.resolve("images/groceries.jpg"), folder.resolve("photos/a.jpg"));
        Files.copy(ShallowModel.writeInto(folder.resolve("models")), folder.resolve("sam_vit_b_01ec64.pth"));
        Files.copy(TESTDATA.resolve("images/groceries.jpg"), folder.resolve("000.jpg"));
        Files.writeString(
                folder.resolve("annotations.json"),
                "{\"images\":[{\"id\":1,\"file_name\":\"000.jpg\",\"width\":800,\"height\":534}],\"annotations\":"
                        + "[{\"id\":1,\"image_id\":1,\"bbox\":[367,190,80,150],"
                        + "\"segmentation\":[[372,200,446,203,440,342,367,330]]}]}");
    }

    private static List<String> examples() {
        CommandLine sam = Main.commandLine();
        return Stream.concat(Stream.of(sam), sam.getSubcommands().values().stream())
                .flatMap(command ->
                        Stream.of(command.getCommandSpec().usageMessage().footer()))
                .filter(line -> line.startsWith("  sam "))
                // over the network: tested against a server of our own
                .filter(line -> !line.startsWith("  sam download vit"))
                .toList();
    }

    private static String[] words(String example) {
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(example);
        while (word.find()) {
            words.add(word.group(1) != null ? word.group(1) : word.group(2));
        }
        return words.toArray(String[]::new);
    }
}
