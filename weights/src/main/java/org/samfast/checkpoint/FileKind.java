package org.samfast.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Tells from a file's first bytes how its tensors are stored; its name counts for nothing. */
enum FileKind {
    PYTORCH_ZIP,
    PYTORCH_PICKLE,
    SAFETENSORS;

    private static final int HEAD = 1024;
    private static final String EXPECTED = "; expected a PyTorch .pth or a .safetensors checkpoint";

    static FileKind of(MappedFile file) throws CheckpointException {
        byte[] bytes = file.bytes().asSlice(0, Math.min(HEAD, file.size())).toArray(ValueLayout.JAVA_BYTE);
        String head = new String(bytes, StandardCharsets.ISO_8859_1);
        if (head.startsWith("PK\3\4") || head.startsWith("PK\5\6")) {
            return PYTORCH_ZIP;
        }
        if (bytes.length > 1 && bytes[0] == (byte) 0x80 && bytes[1] >= 2 && bytes[1] <= 5) {
            return PYTORCH_PICKLE;
        }
        if (head.length() > 8 && head.charAt(8) == '{') {
            return SAFETENSORS;
        }
        throw file.bad(whatItIs(head, file.bytes()) + EXPECTED);
    }

    private static String whatItIs(String head, MemorySegment bytes) {
        String start = head.strip().toLowerCase(Locale.ROOT);
        if (start.startsWith("version https://git-lfs")) {
            return "this is a Git LFS pointer, not the file it points to (run: git lfs pull)";
        }
        if (start.startsWith("<!doctype html") || start.startsWith("<html")) {
            return "this is a saved web page (HTML); the download gave a page instead of the file";
        }
        if (head.startsWith("ustar", 257)) {
            return "this is a tar archive, the format of PyTorch before 0.1.10, which is not supported"
                    + " (load it in PyTorch and torch.save it again)";
        }
        if (head.startsWith("\37\213")) {
            return "this is gzip-compressed (unpack it first)";
        }
        return head.chars().allMatch(FileKind::isText) ? "this is a text file" : unknown(head, bytes);
    }

    private static String unknown(String head, MemorySegment bytes) {
        if (head.chars().allMatch(c -> c == 0)) {
            return "the file begins with zeros only, so it was not written or downloaded to its end";
        }
        StringBuilder hex = new StringBuilder();
        head.chars().limit(8).forEach(c -> hex.append(String.format(" %02x", c)));
        return "the format is unknown (" + bytes.byteSize() + " bytes that begin with" + hex + ")";
    }

    private static boolean isText(int c) {
        return (c >= ' ' && c != 0x7f) || c == '\n' || c == '\r' || c == '\t';
    }
}
