package org.samfast.cli.resume;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.samfast.cli.output.OutputException;
import org.samfast.cli.output.OutputFile;
import org.samfast.file.AtomicFile;

/**
 * What a run over several images has done, in the file {@code .sam-journal.jsonl} of its output folder: a line that
 * identifies options and model, then a line per image with its files and their sizes, added once they are all there. A line
 * cut short by the end of the process does not count. For one thread.
 */
public final class Journal implements AutoCloseable {
    private static final String NAME = ".sam-journal.jsonl";

    private final Path folder;
    private final Map<String, JournalLine> done;
    private final @Nullable FileChannel channel;

    private Journal(Path folder, Map<String, JournalLine> done, @Nullable FileChannel channel) {
        this.folder = folder;
        this.done = done;
        this.channel = channel;
    }

    /** A journal of a run that keeps none. */
    public static Journal none() {
        return new Journal(Path.of(""), Map.of(), null);
    }

    /** Begins anew: what earlier runs noted in the folder is forgotten. */
    public static Journal begin(Path folder, String run) throws OutputException {
        return open(folder, run, Map.of());
    }

    /**
     * Goes on where an earlier run of the same options and model has stopped; a journal of another run counts as none.
     * Unfinished files that killed processes left in those folders are deleted.
     */
    public static Journal resume(Path folder, String run, Collection<Path> outputFolders) throws IOException {
        for (Path outputs : Set.copyOf(outputFolders)) {
            AtomicFile.deleteLeftBehind(outputs);
        }
        return open(folder, run, stillThere(folder, run));
    }

    private static Map<String, JournalLine> stillThere(Path folder, String run) throws IOException {
        Path file = folder.resolve(NAME);
        if (!Files.exists(file)) {
            return Map.of();
        }
        try (Stream<String> lines = Files.lines(file, StandardCharsets.ISO_8859_1)) { // UTF-8, and what is left of it
            Map<String, JournalLine> found = latest(lines.iterator(), run);
            found.values().removeIf(line -> !line.isThere(folder));
            return found;
        } catch (UncheckedIOException e) {
            throw Objects.requireNonNull(e.getCause());
        }
    }

    /** Of lines that claim one file, the last: the image was done again, with other prompts, say. */
    private static Map<String, JournalLine> latest(Iterator<String> lines, String run) {
        Map<String, JournalLine> found = new LinkedHashMap<>();
        if (lines.hasNext() && lines.next().equals(latin(JournalLine.header(run)))) {
            Map<String, String> owners = new HashMap<>();
            lines.forEachRemaining(text -> JournalLine.parse(utf8(text)).ifPresent(line -> {
                line.files().keySet().forEach(file -> found.remove(owners.put(file, line.key())));
                found.put(line.key(), line);
            }));
        }
        return found;
    }

    private static String latin(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static String utf8(String latin) {
        return new String(latin.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    private static Journal open(Path folder, String run, Map<String, JournalLine> done) throws OutputException {
        Path file = folder.resolve(NAME);
        OutputFile.write(file, out -> {
            out.write((JournalLine.header(run) + "\n").getBytes(StandardCharsets.UTF_8));
            for (JournalLine line : done.values()) {
                out.write((line.text() + "\n").getBytes(StandardCharsets.UTF_8));
            }
        });
        try {
            return new Journal(folder, done, FileChannel.open(file, StandardOpenOption.WRITE));
        } catch (IOException e) {
            throw new OutputException(file, e);
        }
    }

    /** Whether a run can go on from it. */
    public boolean isKept() {
        return channel != null;
    }

    /** Whether all files of that image are there. */
    public boolean isDone(String key) {
        return done.containsKey(key);
    }

    /** Notes that the files of an image are all written. */
    public void add(String key, Path image, List<Path> files) throws OutputException {
        if (channel == null) {
            return;
        }
        try {
            append(channel, JournalLine.of(folder, key, image, files).text() + "\n");
        } catch (IOException e) {
            throw new OutputException(folder.resolve(NAME), e);
        }
    }

    private static void append(FileChannel channel, String line) throws IOException {
        long end = channel.size();
        try {
            ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
            long at = end;
            while (bytes.hasRemaining()) {
                at += channel.write(bytes, at);
            }
        } catch (IOException e) {
            channel.truncate(end); // half a line would spoil the next
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }
}
