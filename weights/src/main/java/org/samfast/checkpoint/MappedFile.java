package org.samfast.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file mapped read-only as a whole, of any size, and the sentences that begin with its name. */
record MappedFile(Path path, MemorySegment bytes) {
    /** Maps {@code path} for as long as {@code arena} lives; refuses what is not a readable, non-empty regular file. */
    static MappedFile map(Path path, Arena arena) throws CheckpointException {
        MappedFile file = new MappedFile(path, MemorySegment.NULL);
        file.requireReadable();
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            if (channel.size() == 0) {
                throw file.bad("the file is empty; get it again from where it came from");
            }
            return new MappedFile(path, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
        } catch (CheckpointException e) {
            throw e;
        } catch (IOException e) {
            throw new CheckpointException(path + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private void requireReadable() throws CheckpointException {
        if (!Files.exists(path)) {
            throw bad("no such file; check the path");
        }
        if (Files.isDirectory(path)) {
            throw bad("this is a folder; name the file inside it, such as model.safetensors or a .pth");
        }
        if (!Files.isRegularFile(path)) {
            throw bad("this is not a regular file");
        }
        if (!Files.isReadable(path)) {
            throw bad("may not be read by this user; change its permissions");
        }
    }

    long size() {
        return bytes.byteSize();
    }

    /** The exception whose sentence is {@code sentence} after the file's name. */
    CheckpointException bad(String sentence) {
        return new CheckpointException(path + ": " + sentence);
    }

    /** A name found in the file as it may appear in a sentence: quoted, short, without control characters. */
    static String quoted(String name) {
        String visible = name.codePoints()
                .limit(120)
                .map(c -> Character.isISOControl(c) || !Character.isDefined(c) ? '?' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return "'" + visible + (visible.length() < name.length() ? "..." : "") + "'";
    }
}
