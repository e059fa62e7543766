package org.samfast.cuda.device;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A kernel as PTX declares it.
 *
 * @param types of its parameters: u64, u32, s32, f32, ...
 * @param mostThreads of a block, 1024 where the kernel does not say
 */
record PtxEntry(String name, List<String> types, int mostThreads) {
    private static final Pattern ENTRY = Pattern.compile("\\.entry (\\w+)\\((.*?)\\)([^{]*)\\{", Pattern.DOTALL);
    private static final Pattern TYPE = Pattern.compile("\\.param\\s+(?:\\.align \\d+\\s+)?\\.(\\w+)");
    private static final Pattern THREADS = Pattern.compile("\\.(?:max|req)ntid\\s+(\\d+)(?:, (\\d+))?(?:, (\\d+))?");

    static Map<String, PtxEntry> all(String ptx) {
        Map<String, PtxEntry> all = new LinkedHashMap<>();
        for (Matcher entry = ENTRY.matcher(ptx); entry.find(); ) {
            List<String> types = TYPE.matcher(entry.group(2))
                    .results()
                    .map(type -> type.group(1))
                    .toList();
            all.put(entry.group(1), new PtxEntry(entry.group(1), types, threads(entry.group(3))));
        }
        return all;
    }

    private static int threads(String directives) {
        Matcher threads = THREADS.matcher(directives);
        return threads.find() ? number(threads.group(1)) * number(threads.group(2)) * number(threads.group(3)) : 1024;
    }

    private static int number(String text) {
        return text == null ? 1 : Integer.parseInt(text);
    }

    int bytes(int parameter) {
        return Integer.parseInt(types.get(parameter).substring(1)) / 8;
    }

    /** Whether the parameter is of that kind, which is more than its size. */
    boolean takes(int parameter, Object argument) {
        return types.get(parameter).startsWith("f") == argument instanceof Float;
    }
}
